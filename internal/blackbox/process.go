//go:build linux

package blackbox

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is a program of ours that serves.
type Process struct {
	cmd  *exec.Cmd
	said *tail
	gone chan struct{} // closed when it has ended
}

// readyWithin is how long a start may take: after a kill the database is recovered, and the machine may be busy.
const readyWithin = 30 * time.Second

// Launch starts a program and returns when it has written to its standard error what ready matches: the match's first group is its address.
func Launch(ctx context.Context, ready *regexp.Regexp, program string, args ...string) (p *Process, address string, err error) {
	return launch(ctx, ready, nil, program, args...)
}

func launch(ctx context.Context, ready *regexp.Regexp, env []string, program string, args ...string) (p *Process, address string, err error) {
	p = &Process{exec.Command(program, args...), &tail{pattern: ready, ready: make(chan string, 1)}, make(chan struct{})}
	p.cmd.Env, p.cmd.Stderr = append(environment(), env...), p.said
	if err := start(p.cmd); err != nil {
		return nil, "", err
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in what it said
		close(p.gone)
	}()
	select {
	case address := <-p.said.ready:
		return p, address, nil
	case <-p.gone:
		return nil, "", fmt.Errorf("it ended at its start: %s", p.said)
	case <-time.After(readyWithin):
		err = fmt.Errorf("not ready after %v: %s", readyWithin, p.said)
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, "", errors.Join(err, p.Kill())
}

// Kill ends it at once, as the end of a machine would, and waits until it is gone. Connections to it are reset.
func (p *Process) Kill() error {
	if err := p.cmd.Process.Kill(); err != nil && !p.ended() {
		return err
	}
	<-p.gone
	return nil
}

// Stop has the kernel give it no time until [Process.Continue]. Its sockets stay open, and fill.
func (p *Process) Stop() error { return p.cmd.Process.Signal(syscall.SIGSTOP) }

// Continue gives it time again.
func (p *Process) Continue() error { return p.cmd.Process.Signal(syscall.SIGCONT) }

// Said is the end of what it wrote to its standard error.
func (p *Process) Said() string { return p.said.String() }

func (p *Process) ended() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// tail keeps the end of what is written to it, and the first match in it.
type tail struct {
	pattern *regexp.Regexp
	ready   chan string

	mu    sync.Mutex
	text  string // guarded by mu
	found bool   // guarded by mu
}

// tailLength is enough for the last few dozen log lines.
const tailLength = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text += string(p)
	if !t.found {
		if found := t.pattern.FindStringSubmatch(t.text); found != nil {
			t.found = true
			t.ready <- found[1]
		}
	}
	t.text = t.text[max(0, len(t.text)-tailLength):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(t.text)
}
