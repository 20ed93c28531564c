package run

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/introspectd/introspectd/benchmarks/report"
)

// upTo is somebody who watches, and interrupts when a word comes by.
type upTo struct {
	word      string
	interrupt context.CancelFunc

	mu   sync.Mutex // guards said
	said bytes.Buffer
}

func (u *upTo) Write(text []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.said.Write(text)
	if strings.Contains(u.said.String(), u.word) {
		u.interrupt()
	}
	return len(text), nil
}

func TestWhatWasMeasuredBeforeAnInterruptIsInTheReport(t *testing.T) {
	t.Parallel()
	bestOf(t, cutShort)
}

func cutShort(t *testing.T) (troubles []string) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, work := filepath.Join(t.TempDir(), "out"), t.TempDir()
	stderr := &upTo{word: "introspection, remembered, round 2 of 3", interrupt: cancel}
	code := Main(ctx, program, []string{
		"-scenarios", "questions,steady", "-window", "200ms", "-sessions", "1000", "-connections", "4", "-out", out, "-dir", work,
	}, nil, t.Output(), stderr)
	if code != exitError || !strings.Contains(stderr.said.String(), "interrupted") || strings.Contains(stderr.said.String(), "100%") {
		t.Errorf("exit code %d, want %d and a word that it was interrupted, and not that all is done:\n%s", code, exitError, stderr.said.String())
	}
	r, err := report.Read(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(work, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	if len(r.Disturbances) != 1 || r.Disturbances[0].During != "questions" {
		troubles = append(troubles, fmt.Sprintf("disturbances %v, want those of the one scenario that was begun", r.Disturbances))
	}
	if floor, ok := r.Row(floorKey); !ok || len(floor.Rounds) != 2 || floor.Rounds[0].Right == 0 {
		troubles = append(troubles, fmt.Sprintf("the floor has %d rounds, want the two before the interrupt", len(floor.Rounds)))
	}
	if opened, ok := r.Row(writeKey("open", 1)); !ok || len(opened.Rounds) != 1 {
		troubles = append(troubles, fmt.Sprintf("opening has %d rounds, want the one before the interrupt", len(opened.Rounds)))
	}
	return troubles
}
