//go:build unix

package process

import (
	"fmt"
	"syscall"
)

// Pause has the child stand still: it keeps its sockets and answers nothing, until Resume.
func (c *Child) Pause() error { return c.signal(syscall.SIGSTOP) }

// Resume lets a paused child go on.
func (c *Child) Resume() error { return c.signal(syscall.SIGCONT) }

func (c *Child) signal(s syscall.Signal) error {
	if err := c.cmd.Process.Signal(s); err != nil {
		return fmt.Errorf("%s to process %d: %w", s, c.pid, err)
	}
	return nil
}

// wake has a paused child hear what it is told next.
func (c *Child) wake() { _ = c.cmd.Process.Signal(syscall.SIGCONT) } // one that is gone needs no waking
