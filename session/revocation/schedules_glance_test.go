package revocation

import (
	"testing"
	"time"
)

// hearsLate has node 1 hear of a taking-back only when it looks at the log, a while after the commit; it cannot acknowledge, for a guard of its own is
// stopped, and is then cut off. At once after the taking-back has returned another one begins.
func (w *world) hearsLate(look func(n *node), then func()) {
	g, first := w.guarded(1)
	second, late := w.openToken(), w.nodes[1]
	w.at(time.Second, func() { w.askAll(second) })
	w.at(1980*time.Millisecond, late.renew)
	w.at(2*time.Second, func() {
		g.stop()
		w.cut(w.nodes[0].host, late.host, never/2) // no hint
		w.takeBack(w.nodes[0], first.token).then = func() { w.takeBack(w.nodes[0], second.token) }
	})
	looked := 2*time.Second + w.between(w.lease/5, w.lease/4)
	w.at(looked, func() { look(late) })
	w.at(looked+10*time.Millisecond, func() {
		if late.holder.set.Applied() != 1 {
			w.violate("%s has not seen the entry", late.name)
		}
		w.isolate(late.host)
		then()
	})
	w.run(12 * time.Second)
	if w.unsettled > 0 {
		w.violate("%d takings-back have not returned", w.unsettled)
	}
}

// When the first taking-back has returned the node's registration is removed, since the roll has no renewal of it that is newer, and nobody waits for it
// any more.
func TestAGlanceExtendsNoLease(t *testing.T) {
	hold(t, 2, func(w *world) {
		w.glancing = true
		w.hearsLate((*node).hurry, func() {})
	})
}

// A renewal has extended the lease; a database that forgot it would let the registration be removed while the lease lives.
func TestACrashForgetsNoRenewal(t *testing.T) {
	hold(t, 2, func(w *world) {
		w.hearsLate((*node).renew, func() { w.db.crash(1, time.Millisecond) })
	})
}

// The word that arrives last is not the last word: a copy of a node's first one arrives after its second. A third node is cut off, for which the takings-back
// wait, and look at the roll all the time.
func TestAnAcknowledgementIsNotUnsaid(t *testing.T) {
	hold(t, 3, func(w *world) {
		w.glancing = true
		first, second := w.openToken(), w.openToken()
		w.at(2100*time.Millisecond, func() {
			w.isolate(w.nodes[2].host)
			w.takeBack(w.nodes[0], first.token).then = func() { w.violate("it has settled without the node that is cut off") }
			w.takeBack(w.nodes[0], second.token)
		})
		w.at(2100*time.Millisecond+slack, func() {
			n := w.nodes[1]
			if n.acked != 2 {
				w.violate("%s has acknowledged entry %d", n.name, n.acked)
			}
			w.db.see(n.process, func() func() {
				w.db.acknowledge(n.id, n.holder.log, 1)
				return nil
			})
		})
		w.run(2100*time.Millisecond + w.lease/2)
	})
}

// The database crashes and forgets what was acknowledged by glances. Whoever repeats the taking-back waits until the next renewals have said it again.
func TestAForgottenAcknowledgementComesWithTheNextRenewal(t *testing.T) {
	hold(t, 2, func(w *world) {
		w.glancing = true
		tok := w.openToken()
		w.at(2100*time.Millisecond, func() { w.takeBack(w.nodes[0], tok.token) })
		w.at(2100*time.Millisecond+2*slack, func() {
			if w.counts.settled != 1 {
				w.violate("it has not settled by glances")
			}
			w.db.crash(1, time.Millisecond)
			if w.counts.forgotten != 2 {
				w.violate("%d acknowledgements are forgotten, want those of both nodes", w.counts.forgotten)
			}
		})
		w.at(2100*time.Millisecond+3*slack, func() {
			again := w.takeBack(w.nodes[0], tok.token)
			w.in(w.lease/3+slack, func() {
				if again.took == never {
					w.violate("what was forgotten has not been acknowledged again")
				}
			})
		})
		w.run(6 * time.Second)
	})
}
