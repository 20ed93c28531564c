package revocation

import "time"

// slack is what messages take when nothing is wrong: several of them one after the other.
const slack = 100 * time.Millisecond

// recover checks what must come right when the faults are over.
func (w *world) recover(from time.Duration) {
	if w.db.robbed {
		w.run(from + 3*w.lease) // nothing comes right before somebody says what happened
		return
	}
	// A renewal that was lost is given up after a lease; the next one begins a third of a lease later.
	w.at(from+2*w.lease, func() {
		for _, n := range w.nodes {
			if !n.holder.Believes(n.clock()) {
				w.violate("%s does not believe again", n.name)
			}
		}
		w.recoverRegistry()
	})
	w.at(from+3*w.lease, func() { w.takeBackWithin(time.Duration(float64(Wait(w.lease))/(1-rateBound)) + slack) })
	w.at(from+7*w.lease, func() { w.takeBackWithin(slack) })
	w.at(from+8*w.lease, func() {
		if w.unsettled > 0 {
			w.violate("%d takings-back have not returned", w.unsettled)
		}
		for _, t := range w.tokens {
			w.askAll(t)
		}
	})
	end := from + 9*w.lease
	if w.chance(0.3) { // those that kept others waiting get no lease for a while
		end = from + (coolings+5)*w.lease
		w.at(end-w.lease, func() {
			for _, g := range w.guards {
				if !g.holder.Believes(g.clock()) {
					w.violate("%s does not believe again", g.name)
				}
			}
		})
	}
	w.run(end)
}

// takeBackWithin takes back a new token, and checks that it is good before and that it settles in time.
func (w *world) takeBackWithin(limit time.Duration) {
	t := w.openToken()
	accepted := w.counts.accepted
	w.askAll(t)
	w.in(slack, func() {
		if got := w.counts.accepted - accepted; got < len(w.nodes) {
			w.violate("a good token was accepted %d times, %d nodes were asked", got, len(w.nodes))
		}
		c := w.takeBack(w.anyNode(), t.token)
		w.in(limit, func() {
			if c.took == never {
				w.violate("a taking-back in health has not settled after %v", limit)
			}
		})
	})
}
