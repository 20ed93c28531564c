package run

import (
	"time"

	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/report"
)

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
		{bound, generatorBound},
		{disturbed, "something else used the processors; of these figures only CPU per request means something, and that little"},
		{short, "there was too little to ask about for half a window; the figures are coarse"},
	} {
		if d.rounds > 0 {
			b.note("%s, %d callers: in %d of %d rounds %s", r.Title, r.Connections, d.rounds, len(r.Rounds), d.what)
		}
	}
}

const generatorBound = "the generator was the bottleneck, not the server; requests/s and latency are its own"

// Bounds within which an open loop's generator does not show in what it measures.
const (
	lateEnough = 2 * time.Millisecond // the system's timers wake it up to a millisecond late
	busyEnough = 0.85                 // of its processor: above, it queues by itself
	behindMuch = 0.05                 // of requests that found no free connection
)

// bottleneck says who was in the way in an open loop, or nothing.
func bottleneck(o part.Outcome) []string {
	var out []string
	if busy := o.Load.Seconds() / o.Wall.Seconds(); busy > busyEnough {
		out = append(out, "the generator's processor was busy; latencies are partly its own")
	}
	for _, w := range o.Windows {
		n := float64(max(w.Right+w.Failed+w.Dropped, 1))
		if late, err := decode(w.Late); err == nil && late.TotalCount() > 100 && late.ValueAtQuantile(99) > int64(lateEnough) {
			out = append(out, "the generator was late by "+time.Duration(late.ValueAtQuantile(99)).Round(100*time.Microsecond).String()+" and more once in a hundred; arrivals were not those of the schedule")
		}
		if w.Dropped > 0 {
			out = append(out, "the server did not keep up with the rate; what was never sent counts with the time that it waited")
		} else if float64(w.Behind)/n > behindMuch {
			out = append(out, "many requests found all connections waiting; they count from when they were to begin")
		}
	}
	return out
}
