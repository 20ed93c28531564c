package process

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// lives asks the system whether there is such a process, zombies included.
func lives(pid int) bool { return syscall.Kill(pid, 0) == nil }

func start(t *testing.T, ctx context.Context, c Command) *Child {
	t.Helper()
	child, err := Start(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Stop() })
	return child
}

func within(t *testing.T, limit time.Duration, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("%s: not within %s", what, limit)
	}
}

func TestStopEndsTheChildAndThatIsNoError(t *testing.T) {
	child := start(t, t.Context(), Command{Path: "sleep", Args: []string{"60"}})
	if !lives(child.PID()) {
		t.Fatalf("there is no process %d", child.PID())
	}
	for range 2 { // once it is gone, stopping it again finds nothing to do
		if err := child.Stop(); err != nil {
			t.Errorf("Stop = %v", err)
		}
	}
	if lives(child.PID()) {
		t.Errorf("process %d lives after Stop", child.PID())
	}
}

func TestAChildThatWillNotEndIsEnded(t *testing.T) {
	r, w := io.Pipe()
	child := start(t, t.Context(), Command{
		Path: "sh", Args: []string{"-c", `trap "" TERM; echo deaf; while :; do sleep 0.05; done`}, Stdout: w, Grace: 100 * time.Millisecond,
	})
	if _, err := io.ReadFull(r, make([]byte, len("deaf\n"))); err != nil {
		t.Fatal(err)
	}
	if err := child.Stop(); err != nil {
		t.Errorf("Stop = %v, want nil", err)
	}
	if lives(child.PID()) {
		t.Errorf("process %d lives after Stop", child.PID())
	}
}

func TestAChildEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	child := start(t, ctx, Command{Path: "sleep", Args: []string{"60"}})
	cancel()
	within(t, 10*time.Second, "the child's end", child.Done())
	if lives(child.PID()) {
		t.Errorf("process %d lives after its context ended", child.PID())
	}
}

func TestAChildThatFailsByItselfSaysSo(t *testing.T) {
	var words bytes.Buffer
	child := start(t, t.Context(), Command{Path: "sh", Args: []string{"-c", "echo no >&2; exit 3"}, Stderr: &words})
	exit, ok := errors.AsType[*exec.ExitError](child.Wait())
	if !ok || exit.ExitCode() != 3 || words.String() != "no\n" {
		t.Errorf("end = %v with words %q, want exit code 3 and \"no\"", child.Wait(), words.String())
	}
	if err := child.Stop(); err == nil {
		t.Error("Stop of a child that had failed by itself = nil, want its error")
	}
	if _, err := Start(t.Context(), Command{Path: "/nonexistent/program"}); err == nil {
		t.Error("Start of a program that is not there = nil, want an error")
	}
}

// Processor time is read by process id: it must be the program's, not that of something around it.
func TestAPinnedChildHasTheProgramsOwnID(t *testing.T) {
	p := Place(t.Context())
	var out bytes.Buffer
	child := start(t, t.Context(), Command{
		Path: "sh", Args: []string{"-c", `echo $$; grep Cpus_allowed_list /proc/self/status || true`}, Stdout: &out, Pin: p.Pinned, CPU: p.Load,
	})
	if err := child.Wait(); err != nil {
		t.Fatal(err)
	}
	id, rest, _ := strings.Cut(out.String(), "\n")
	if id != strconv.Itoa(child.PID()) {
		t.Errorf("the program's id is %s, the child's %d", id, child.PID())
	}
	if p.Pinned && strings.TrimSpace(rest) != "Cpus_allowed_list:\t"+strconv.Itoa(p.Load) {
		t.Errorf("the child may use %q, want processor %d only", rest, p.Load)
	}
}
