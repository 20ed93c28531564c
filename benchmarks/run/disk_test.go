package run

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/benchmarks/report"
)

func TestTheDiskIsMeasuredWithTheCommitsThatTheDaemonMade(t *testing.T) {
	b := newBench(t)
	w := &writes{questions: &questions{bench: b}, server: &server{}}
	d := &disk{writes: w, what: "open", title: "opening", seen: grouping{sessions: 8, bytes: 20_000, daemon: 100}}
	r, err := d.measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	commits := d.alone[0]
	if commits <= 0 || r.PerSecond != 8*commits || r.Seconds < b.window.Seconds() || r.P50 <= 0 || r.P99 < r.P50 || r.Right%8 != 0 || r.CPU != 0 {
		t.Errorf("round %+v of %v commits a second, want 8 sessions for each commit", r, commits)
	}
	if info, err := os.Stat(filepath.Join(b.work, "disk")); err != nil || info.Size() != diskFile {
		t.Errorf("the file is %v, %v, want it as long as it was made: a file that grows is slower", info, err)
	}
	w.disks = append(w.disks, d)
	w.finishDisks()
	b.follow(t.Context(), nil)
	s := b.section(t, diskSection)
	if got := measured(t, s, "commits", "allowed")["open"].Median; got != 8*commits {
		t.Errorf("%v sessions are allowed, want 8 times %v", got, commits)
	}
	if got, want := measured(t, s, "commits", "part")["open"].Median, 100*100/(8*commits); got != want {
		t.Errorf("of it the daemon reached %v%%, want %v%%", got, want)
	}
}

func TestWithoutACommitTheDiskSaysNothing(t *testing.T) {
	b := newBench(t)
	w := &writes{questions: &questions{bench: b}}
	d := &disk{writes: w, what: "open", fault: os.ErrNotExist}
	if _, err := d.measure(t.Context()); err != errNotStarted {
		t.Errorf("without a daemon: %v", err)
	}
	w.server, w.disks = &server{}, []*disk{d}
	if _, err := d.measure(t.Context()); err == nil || !strings.Contains(err.Error(), "how the daemon commits is not known") {
		t.Errorf("without a commit: %v", err)
	}
	d.seen, d.fault = grouping{sessions: 8, bytes: 20_000, daemon: 100}, nil
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.measure(interrupted); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	w.finishDisks()
	if len(b.last) > 0 {
		t.Error("there is a section though nothing was measured")
	}
}

func TestWhatBoundsIsSaid(t *testing.T) {
	q := &questions{bench: newBench(t)}
	q.report.Rows = []report.Row{{Key: writeKey("open", manyCallers), Rounds: []report.Round{{Round: 1, ServerBusy: 0.87}}}}
	for part, want := range map[float64]string{
		9:  "opening: it is not the disk that bounds it; the daemon worked on a processor for 87% of the time",
		60: "opening: the disk has its part in what bounds it; the daemon worked on a processor for 87% of the time",
		95: "opening: it is the disk that bounds it; the daemon worked on a processor for 87% of the time",
	} {
		if got := q.verdict(&disk{what: "open", title: "opening"}, part); got != want {
			t.Errorf("at %v%% it says %q, want %q", part, got, want)
		}
	}
	if got, want := q.verdict(&disk{what: "end", title: "ending"}, 9), "ending: it is not the disk that bounds it"; got != want {
		t.Errorf("without a round it says %q, want %q", got, want)
	}
}
