package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Command says what to start.
type Command struct {
	Path   string
	Args   []string
	Dir    string
	Env    []string // nil: this process's
	Pin    bool     // to CPU
	CPU    int
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Grace  time.Duration // between being asked to end and being ended; 0: 5 s
}

// Child is a process that this one started.
type Child struct {
	pid   int
	cmd   *exec.Cmd
	grace time.Duration
	done  chan struct{}
	err   error // of the child's end; readable once done is closed

	stopping sync.Once
	stopped  error // of the first Stop
}

// Start starts a child. It runs until it ends by itself, [Child.Stop] is called, or ctx ends, which is the same as Stop.
func Start(ctx context.Context, c Command) (*Child, error) {
	path, args := c.Path, c.Args
	if c.Pin {
		// taskset becomes the program, so the id stays that of the server.
		path, args = "taskset", append([]string{"-c", strconv.Itoa(c.CPU), c.Path}, c.Args...)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Dir, c.Env, c.Stdin, c.Stdout, c.Stderr
	cmd.WaitDelay = time.Second // a grandchild that keeps a pipe open holds nobody up
	dieWithParent(cmd)
	child := &Child{cmd: cmd, grace: c.Grace, done: make(chan struct{})}
	if child.grace == 0 {
		child.grace = 5 * time.Second
	}
	started := make(chan error)
	go child.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	go func() {
		select {
		case <-ctx.Done():
			_ = child.Stop() // whoever waits for the child reads its error
		case <-child.done:
		}
	}()
	return child, nil
}

// run owns the child from its start to its end. Linux ties "dies with its parent" to the thread that started it, so this thread stays until then.
func (c *Child) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := c.cmd.Start(); err != nil {
		started <- err
		return
	}
	c.pid = c.cmd.Process.Pid
	started <- nil
	c.err = c.cmd.Wait()
	close(c.done)
}

// PID is the child's process id.
func (c *Child) PID() int { return c.pid }

// Done is closed when the child has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Wait waits for the child's end, and says how it ended.
func (c *Child) Wait() error {
	<-c.done
	return c.err
}

// Stop asks the child to end, and ends it when it does not. It returns when the child is gone; that the child ended because it was told to is no
// error. Called again, it says the same.
func (c *Child) Stop() error {
	c.stopping.Do(func() { c.stopped = c.stop() })
	return c.stopped
}

func (c *Child) stop() error {
	select {
	case <-c.done:
		return c.err
	default:
	}
	c.wake()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop process %d: %w", c.pid, err)
	}
	select {
	case <-c.done:
		return c.asTold(syscall.SIGTERM)
	case <-time.After(c.grace):
	}
	if err := c.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end process %d: %w", c.pid, err)
	}
	<-c.done
	return c.asTold(syscall.SIGKILL)
}

func (c *Child) asTold(sent syscall.Signal) error {
	exit, ok := errors.AsType[*exec.ExitError](c.err)
	if !ok {
		return c.err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == sent {
		return nil
	}
	return c.err
}
