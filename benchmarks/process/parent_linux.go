package process

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel end the child when this process is killed and cannot do it itself.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
