package revocation

import (
	"testing"
	"time"
)

// hold plays a schedule in which nobody may accept what was taken back.
func hold(t *testing.T, nodes int, schedule func(w *world)) {
	t.Helper()
	found := play(20, schedule, func(seed uint64) *world {
		rates := []float64{1, 1, 1}
		return stage(seed, 2*time.Second, rates[:nodes]...)
	})
	if found != "" {
		t.Error(found)
	}
}

// guarded adds a guard that follows the log through a node, and a token that everybody has heard of.
func (w *world) guarded(node int) (*guard, *token) {
	w.run(900 * time.Millisecond) // the nodes follow the log by now
	g, tok := w.startGuard(0, w.newHost(1), node), w.openToken()
	w.at(time.Second, func() { w.askAll(tok) })
	return g, tok
}

// Pitfall P17: a node is killed and starts again, while a guard that followed the log through it is cut off with a fresh lease.
func TestP17ARestartedNodeIsNotTakenForTheOneBefore(t *testing.T) {
	hold(t, 2, func(w *world) {
		g, tok := w.guarded(1)
		w.at(3*time.Second, func() {
			w.isolate(g.host)
			w.nodes[1].crash()
		})
		w.at(3*time.Second+w.upTo(w.lease/10), func() { w.restartNode(1) })
		w.at(3*time.Second+w.lease/5, func() { w.takeBack(w.nodes[0], tok.token) })
		w.run(10 * time.Second)
	})
}

// Pitfall P18: a node is cut off from the database but not from its guard.
func TestP18AGuardsLeaseEndsWithItsNodes(t *testing.T) {
	hold(t, 2, func(w *world) {
		_, tok := w.guarded(1)
		w.at(2*time.Second+w.upTo(w.lease/3), func() {
			w.cut(w.nodes[1].host, w.db.host, never/2)
			w.takeBack(w.nodes[0], tok.token)
		})
		w.run(10 * time.Second)
	})
}

// Pitfall P19: a guard is stopped; its node is well.
func TestP19ANodeSpeaksForItsGuardsToo(t *testing.T) {
	hold(t, 2, func(w *world) {
		g, tok := w.guarded(1)
		w.at(2*time.Second, func() {
			w.isolate(g.host)
			w.takeBack(w.nodes[0], tok.token)
		})
		w.run(10 * time.Second)
	})
}

// A node that waits for a stopped guard has a lease. If its registration were removed, nobody would wait for it at the next taking-back.
func TestTheRegistrationOfANodeThatRenewsStays(t *testing.T) {
	hold(t, 2, func(w *world) {
		g, first := w.guarded(1)
		second := w.openToken()
		w.at(time.Second, func() { w.askAll(second) })
		w.at(2*time.Second+w.upTo(w.lease/3), func() {
			g.stop()
			w.cut(w.nodes[0].host, w.nodes[1].host, never/2) // the database tells it, nobody else
			w.takeBack(w.nodes[0], first.token).then = func() { w.takeBack(w.nodes[0], second.token) }
		})
		w.run(12 * time.Second)
		if w.unsettled > 0 {
			w.violate("%d takings-back have not returned", w.unsettled)
		}
	})
}
