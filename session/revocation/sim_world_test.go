package revocation

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// world is a small universe in which the real cores run: a database, nodes, guards, clocks, links and what breaks them. It has no goroutine and
// reads no clock; its only randomness is the seed's. The same seed gives the same history, event by event.
type world struct {
	rng   *rand.Rand
	now   time.Duration // real time, which no party can read
	queue events

	lease    time.Duration
	glancing bool // the database lets nodes glance
	hosts    []*host
	links    [][]link
	db       *database
	nodes    []*node  // by slot: the process that runs there now
	guards   []*guard // likewise
	starts   uint64   // processes started so far

	tokens     []*token
	registered []*registered
	calm       bool // the faults are over
	unsettled  int  // takings-back that have not returned
	violations []string
	tracing    bool
	trace      []string
	counts     counts
}

// counts says how much a world did, so that a world in which nothing happens is not taken for one in which nothing goes wrong.
type counts struct{ accepted, refused, failed, settled, jwts, forged, admitted, turned, glances, forgotten int }

func newWorld(seed uint64, lease time.Duration) *world {
	w := &world{rng: rand.New(rand.NewPCG(seed, 0)), lease: lease}
	w.db = newDatabase(w)
	return w
}

// at lets something happen at a real time.
func (w *world) at(when time.Duration, f func()) { w.queue.push(max(when, w.now), f) }

// in lets something happen so much later.
func (w *world) in(d time.Duration, f func()) { w.at(w.now+d, f) }

// run lets everything happen up to a real time, or to the first violation.
func (w *world) run(until time.Duration) {
	for len(w.queue.heap) > 0 && w.queue.heap[0].at <= until && len(w.violations) == 0 {
		e := w.queue.pop()
		w.now = e.at
		e.f()
	}
	w.now = max(w.now, until)
}

func (w *world) chance(p float64) bool { return p > 0 && w.rng.Float64() < p }

func (w *world) upTo(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(w.rng.Int64N(int64(d)))
}

func (w *world) between(a, b time.Duration) time.Duration { return a + w.upTo(b-a) }

func (w *world) logf(format string, args ...any) {
	if w.tracing {
		w.trace = append(w.trace, fmt.Sprintf("%14v  ", w.now)+fmt.Sprintf(format, args...))
	}
}

func (w *world) violate(format string, args ...any) {
	w.violations = append(w.violations, fmt.Sprintf("at %v: ", w.now)+fmt.Sprintf(format, args...))
	w.logf("VIOLATION: "+format, args...)
}

// tail is the end of the trace.
func (w *world) tail(lines int) string {
	return strings.Join(w.trace[max(0, len(w.trace)-lines):], "\n")
}
