package revocation

import (
	"strings"
	"testing"
	"time"
)

// The schedules here are directed at one way of being wrong that a random one seldom meets.

// stage is a world in which nothing goes wrong by itself. Node i has the clock of rate i.
func stage(seed uint64, lease time.Duration, rates ...float64) *world {
	w := newWorld(seed, lease)
	w.calm = true
	w.glancing = seed%2 == 1
	for i, rate := range rates {
		w.startNode(i, w.newHost(rate))
	}
	return w
}

// play runs a schedule with several seeds, which shift it a little, and returns the first violation.
func play(seeds uint64, schedule func(w *world), setUp func(seed uint64) *world) string {
	for seed := range seeds {
		w := setUp(seed)
		w.tracing = true
		schedule(w)
		if len(w.violations) > 0 {
			return strings.Join(w.violations, "\n") + "\nthe end of it:\n" + w.tail(60)
		}
	}
	return ""
}

// isolate cuts a host from all others for good.
func (w *world) isolate(h *host) {
	for _, other := range w.hosts {
		w.cut(h, other, never/2)
		w.cut(other, h, never/2)
	}
}

// A node with a slow clock renews and is cut off; a node with a fast clock takes back at once, and waits.
func cutOffAfterARenewal(w *world) {
	fast, slow := w.nodes[0], w.nodes[1]
	t := w.openToken()
	w.in(time.Second, func() { w.askAll(t) })
	w.in(2*time.Second, slow.renew)
	w.in(2*time.Second+10*time.Millisecond, func() {
		w.isolate(slow.host)
		w.takeBack(fast, t.token)
	})
	w.run(3*time.Second + 3*w.lease)
	if w.counts.settled != 1 {
		w.violate("%d takings-back have settled", w.counts.settled)
	}
}

// Pitfall P14: W has room for clocks that run differently, as far as the bound says. That the schedule would notice if it had not is seen with
// clocks that keep no bound.
func TestP14TheWaitOutlastsALeaseOnTheSlowestClock(t *testing.T) {
	for _, c := range []struct {
		name  string
		bound float64
		holds bool
	}{
		{"within the bound", rateBound, true},
		{"twice the bound", 2 * rateBound, false},
	} {
		found := play(5, cutOffAfterARenewal, func(seed uint64) *world {
			return stage(seed, 10*time.Second, 1+c.bound, 1-c.bound)
		})
		if holds := found == ""; holds != c.holds {
			t.Errorf("%s: holds: %v, want %v\n%s", c.name, holds, c.holds, found)
		}
	}
}

// Pitfall P15: a node begins while something is taken back, and guards that begin as well hear of the log through it.
func TestP15ARevokerSeesEveryHolderThatCanBelieve(t *testing.T) {
	found := play(50, func(w *world) {
		tok := w.openToken()
		w.in(time.Second, func() { w.askAll(tok) })
		begin := 5 * time.Second
		w.at(begin, func() { w.startNode(1, w.newHost(1)) })
		w.at(begin+w.upTo(w.lease/2), func() { w.takeBack(w.nodes[0], tok.token) })
		for i := range 20 {
			w.at(begin+time.Duration(i)*w.lease/20, func() {
				g := w.startGuard(i, w.newHost(1), 1)
				w.in(20*time.Millisecond, func() { w.askGuard(g, tok) })
			})
		}
		w.run(15 * time.Second)
	}, func(seed uint64) *world { return stage(seed, 2*time.Second, 1) })
	if found != "" {
		t.Error(found)
	}
}

// Pitfall P34: a row is read, then taken back, then remembered.
func TestP34ALateFillDoesNotBringATokenBack(t *testing.T) {
	found := play(200, func(w *world) {
		tok := w.openToken()
		w.in(time.Second, func() {
			// The answer to the read is slow, all else is not.
			l := &w.links[w.db.host.index][w.nodes[1].host.index]
			w.askNode(w.nodes[1], tok)
			w.in(2*time.Millisecond, func() { l.delay = 200 * time.Millisecond })
			w.in(4*time.Millisecond, func() { l.delay = 0 })
			w.in(w.upTo(5*time.Millisecond), func() { w.takeBack(w.nodes[0], tok.token) })
		})
		w.run(10 * time.Second)
	}, func(seed uint64) *world { return stage(seed, 2*time.Second, 1, 1) })
	if found != "" {
		t.Error(found)
	}
}
