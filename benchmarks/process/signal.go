package process

import (
	"fmt"
	"syscall"
)

// Kill ends the child at once, as a crash would. It returns when the child is gone.
func (c *Child) Kill() error {
	c.stopping.Do(func() {
		if err := c.cmd.Process.Kill(); err != nil {
			c.stopped = fmt.Errorf("end process %d: %w", c.pid, err)
			return
		}
		<-c.done
		c.stopped = c.asTold(syscall.SIGKILL)
	})
	return c.stopped
}
