package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// bench is one run. Its methods are called by one goroutine.
type bench struct {
	options
	stderr io.Writer
	self   string // this program
	work   string // temporary folder, removed at the end
	binary string // the daemon's
	place  process.Placement
	up     servers
	rows   []row
	stocks []*stock // ascending
	report report.Report
}

// row is one question. Measure asks it for one window.
type row struct {
	key, title  string
	beside      string // key of the row that it is compared with; "": none
	connections int
	measure     func(ctx context.Context) (report.Round, error)
}

// compare is the whole run. What was measured is written even when the run ends early.
func compare(ctx context.Context, o options, stdout, stderr io.Writer) (err error) {
	b := &bench{options: o, stderr: stderr}
	started := time.Now()
	if b.self, err = os.Executable(); err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	if b.work, err = os.MkdirTemp(o.dir, "introspectd-benchmarks-"); err != nil {
		return err
	}
	b.describe(ctx, started)
	err = b.measure(ctx)
	if ctx.Err() != nil {
		err = errors.New("interrupted: the report holds the rounds that were complete")
	}
	if err != nil {
		b.note("%v", err)
	}
	b.up.stop() // before their folder goes
	err = errors.Join(err, os.RemoveAll(b.work))
	b.finish(started)
	if failed := b.report.Failed(); failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d answers were wrong or missing", failed))
	}
	return errors.Join(err, b.write(stdout))
}

func (b *bench) measure(ctx context.Context) error {
	if err := b.prepare(ctx); err != nil {
		return err
	}
	err := b.alternate(ctx)
	if ctx.Err() != nil {
		return err
	}
	return errors.Join(err, b.weigh(ctx))
}

// alternate goes over all rows once a round, so that whatever slows the machine for a while slows them all. A row that cannot be
// measured does not keep the others from it.
func (b *bench) alternate(ctx context.Context) error {
	var errs []error
	for n := 1; n <= b.rounds; n++ {
		for i, r := range b.rows {
			round, err := r.measure(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("%s, round %d: %w", r.title, n, err))
				continue
			}
			round.Round = n
			b.report.Rows[i].Rounds = append(b.report.Rows[i].Rounds, round)
			b.tell("round %d of %d: %-44s %8.0f requests/s %8.1f us/request", n, b.rounds, r.title, round.PerSecond, round.CPU)
		}
	}
	return errors.Join(errs...)
}

func (b *bench) add(r row) {
	b.rows = append(b.rows, r)
	b.report.Rows = append(b.report.Rows, report.Row{Key: r.key, Title: r.title, Beside: r.beside, Connections: r.connections})
}

// finish draws the conclusions.
func (b *bench) finish(started time.Time) {
	b.report.Seconds = time.Since(started).Seconds()
	b.report.Aims = aims(&b.report, b.sessions)
	for _, r := range b.report.Rows {
		b.doubt(r)
	}
}

// enough callers keep a server busy all the time, if nothing else stands in the way.
const enough = 8

// doubt says what stands between a row's figures and their meaning.
func (b *bench) doubt(r report.Row) {
	seen := map[string]bool{}
	bound, disturbed, short := 0, 0, 0
	for _, round := range r.Rounds {
		for _, reason := range round.Failures {
			if !seen[reason] {
				b.note("%s: wrong or missing answers: %s", r.Title, reason)
			}
			seen[reason] = true
		}
		if round.Seconds < b.window.Seconds()/2 {
			short++
		}
		// Whoever waits for a disk, or for one caller, is not always busy.
		if !b.place.Pinned || round.CPU == 0 || r.Beside == "" || r.Connections < enough || round.ServerBusy >= 0.85 {
			continue
		}
		if round.LoadBusy > 0.95 {
			bound++
		} else {
			disturbed++
		}
	}
	for _, d := range []struct {
		rounds int
		what   string
	}{
		{bound, "the generator was the bottleneck, not the server; requests/s and latency are its own"},
		{disturbed, "something else used the processors; of these figures only CPU per request means something, and that little"},
		{short, "there was too little to ask about for half a window; the figures are coarse"},
	} {
		if d.rounds > 0 {
			b.note("%s, %d callers: in %d of %d rounds %s", r.Title, r.Connections, d.rounds, len(r.Rounds), d.what)
		}
	}
}

func (b *bench) write(stdout io.Writer) error {
	textErr := b.report.Text(stdout)
	paths, err := b.report.Write(b.out)
	if err == nil {
		for _, path := range paths {
			b.tell("wrote %s", path)
		}
	}
	return errors.Join(textErr, err)
}

// tell says on stderr how far the run is.
func (b *bench) tell(format string, args ...any) { _, _ = fmt.Fprintf(b.stderr, format+"\n", args...) }

// note puts a sentence into the report.
func (b *bench) note(format string, args ...any) {
	b.report.Notes = append(b.report.Notes, fmt.Sprintf(format, args...))
}
