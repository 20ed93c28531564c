package run

import (
	"context"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// weight is what a daemon holds.
type weight struct {
	entries int
	heap    int64 // live after the last collection
	rss     int64
}

// weigh compares a daemon that remembers all of a stock with one that remembers nothing.
func (b *bench) weigh(ctx context.Context, s *stock) error {
	empty, err := b.weighDaemon(ctx, s, 0)
	if err != nil {
		return err
	}
	// A tenth more room than needed, so that nothing is turned out.
	full, err := b.weighDaemon(ctx, s, len(s.tokens)*11/10)
	if err != nil {
		return err
	}
	if full.entries < len(s.tokens)*9/10 {
		b.note("memory: of %d sessions that were asked about only %d were remembered; bytes are per remembered one", len(s.tokens), full.entries)
	}
	n := float64(max(full.entries, 1))
	b.report.Memory = append(b.report.Memory, report.Memory{
		Sessions: full.entries,
		Heap:     float64(full.heap-empty.heap) / n, RSS: float64(full.rss-empty.rss) / n,
		TotalRSS: full.rss, EmptyRSS: empty.rss, TotalHeap: full.heap, EmptyHeap: empty.heap,
	})
	return nil
}

// weighDaemon asks a fresh daemon about every token once; with nothing to remember, about some, which costs it the same buffers.
func (b *bench) weighDaemon(ctx context.Context, s *stock, entries int) (w weight, err error) {
	d, err := b.serve(ctx, s, entries)
	if err != nil {
		return w, err
	}
	defer func() { _ = d.child.Stop() }() // stopped again, and reported, at the run's end
	tokens := s.tokens
	if entries == 0 {
		tokens = tokens[:min(len(tokens), hot)]
	}
	for len(tokens) > 0 {
		n := min(len(tokens), batch)
		job := introspection(s.authorization(api(audience)), active, tokens[:n])
		job.Once, job.Connections, job.Window = true, b.connections, 5*time.Minute
		o, err := b.ask(ctx, d, nil, job)
		if err != nil {
			return w, err
		}
		if w := o.Windows[0]; w.Failed > 0 {
			return weight{}, fmt.Errorf("%d wrong or missing answers: %v", w.Failed, w.Failures)
		}
		tokens = tokens[n:]
	}
	return b.settled(ctx, d, s)
}

// collecting bounds the wait for a garbage collection, which junk tokens bring about.
const collecting = 30 * time.Second

// settled weighs a daemon after a garbage collection that began when all was remembered.
func (b *bench) settled(ctx context.Context, d *server, s *stock) (weight, error) {
	const collections = "go_gc_duration_seconds_count"
	page, err := d.get(ctx, "/metrics")
	if err != nil {
		return weight{}, err
	}
	before, _ := metric(page, collections, "")
	for begun := time.Now(); time.Since(begun) < collecting; {
		job := introspection(s.authorization(api(audience)), inactive, junk(100))
		job.Connections, job.Window = b.connections, 300*time.Millisecond
		if _, err := b.ask(ctx, d, nil, job); err != nil {
			return weight{}, err
		}
		if page, err = d.get(ctx, "/metrics"); err != nil {
			return weight{}, err
		}
		// One collection may have been under way already; the next has seen everything.
		if after, _ := metric(page, collections, ""); after >= before+2 {
			return weightOf(page, d)
		}
	}
	b.note("memory: no garbage collection within %s; the live heap is that of an earlier one", collecting)
	return weightOf(page, d)
}

// weightOf reads a page of metrics, and what the system says.
func weightOf(page string, d *server) (weight, error) {
	u, err := process.Of(d.child.PID())
	if err != nil {
		return weight{}, err
	}
	next, okNext := metric(page, "go_memstats_next_gc_bytes", "")
	percent, okPercent := metric(page, "go_gc_gogc_percent", "")
	entries, okEntries := metric(page, "introspectd_cache_entries", "")
	if !okNext || !okPercent || !okEntries || percent <= 0 {
		return weight{}, fmt.Errorf("/metrics lacks the sizes of heap or cache")
	}
	// The collector's next goal is what was live at the last one, and GOGC percent more.
	return weight{entries: int(entries), heap: int64(next / (1 + percent/100)), rss: u.RSS}, nil
}
