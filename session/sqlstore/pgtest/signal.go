//go:build linux

package pgtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Signal sends a signal to every process of the server, the first one first: SIGSTOP, SIGCONT or SIGKILL. After SIGKILL see [Cluster.Restart].
func (c *Cluster) Signal(s syscall.Signal) error {
	pid, err := c.PID()
	if err != nil {
		return err
	}
	mine := children(pid)
	err = syscall.Kill(pid, s)
	for _, child := range append(mine, working(c.dir, pid)...) {
		if e := syscall.Kill(child, s); e != nil && !errors.Is(e, syscall.ESRCH) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// Restart runs a server that was killed once more, on what it had on the disk.
func (c *Cluster) Restart() error {
	var err error
	for range 3 { // a server does not start while one of the killed is not quite gone
		_ = c.breath.Close()
		_ = c.keeper.Wait() // it says that the server was killed
		if err = c.run(); err == nil {
			return nil
		}
	}
	return err
}

// children are the processes that a process has started.
func children(of int) []int { return processes(func(_, parent int) bool { return parent == of }) }

// working are processes in the server's directory, whoever their parent is by now.
func working(dir string, not int) []int {
	data, err := filepath.EvalSymlinks(filepath.Join(dir, "data"))
	if err != nil {
		return nil
	}
	return processes(func(pid, _ int) bool {
		at, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
		return err == nil && at == data && pid != not
	})
}

// processes lists those that a condition holds for.
func processes(which func(pid, parent int) bool) (list []int) {
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if len(fields) > 1 {
			if parent, err := strconv.Atoi(fields[1]); err == nil && which(pid, parent) {
				list = append(list, pid)
			}
		}
	}
	return list
}
