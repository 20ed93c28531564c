package process

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel end the child when this process is killed and cannot do it itself. In a group of its own the child does not hear
// the terminal's interrupt, which is for us: it is told when its work is done.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
