package process

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func state(pid int) string {
	stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, rest, _ := strings.Cut(string(stat), ") ")
	return rest[:min(1, len(rest))]
}

func awaitState(t *testing.T, pid int, want string) {
	t.Helper()
	for begun := time.Now(); !strings.Contains(want, state(pid)); time.Sleep(time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("process %d is in state %q, want one of %q", pid, state(pid), want)
		}
	}
}

func TestAPausedChildStandsStillAndCanBeStopped(t *testing.T) {
	child := start(t, t.Context(), Command{Path: "sleep", Args: []string{"60"}})
	for _, step := range []struct {
		do   func() error
		want string
	}{{child.Pause, "T"}, {child.Resume, "SR"}, {child.Pause, "T"}} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		awaitState(t, child.PID(), step.want)
	}
	begun := time.Now()
	if err := child.Stop(); err != nil || lives(child.PID()) {
		t.Errorf("Stop of a paused child = %v, lives: %t", err, lives(child.PID()))
	}
	if time.Since(begun) > 4*time.Second {
		t.Errorf("it took %s: the child had to be killed", time.Since(begun))
	}
}

func TestAKilledChildIsGoneWhenKillReturns(t *testing.T) {
	child := start(t, t.Context(), Command{Path: "sleep", Args: []string{"60"}})
	if err := child.Kill(); err != nil {
		t.Errorf("Kill = %v", err)
	}
	if lives(child.PID()) {
		t.Errorf("process %d lives after Kill", child.PID())
	}
	if err := child.Stop(); err != nil {
		t.Errorf("Stop after Kill = %v, want it to say the same", err)
	}
}
