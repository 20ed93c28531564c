package revocation

import (
	"time"

	"github.com/introspectd/introspectd/session"
)

// takeBack is a client's call, which it repeats at any node until it has been told that it is done.
type takeBack struct {
	w     *world
	sel   session.Selector
	begun time.Duration
	took  time.Duration // never, until it has returned
	then  func()        // called then
}

// takeBack calls a node.
func (w *world) takeBack(n *node, sel session.Selector) *takeBack {
	c := &takeBack{w: w, sel: sel, begun: w.now, took: never, then: func() {}}
	w.unsettled++
	c.call(n)
	return c
}

func (c *takeBack) call(n *node) {
	n.do(func() { n.takeBack(c) })
	c.w.in(c.w.between(c.w.lease, 4*c.w.lease), func() {
		if c.took == never {
			c.call(c.w.anyNode())
		}
	})
}

func (w *world) anyNode() *node { return w.nodes[w.rng.IntN(len(w.nodes))] }

// takeBack commits, tells the others and waits until it is settled.
func (n *node) takeBack(c *takeBack) {
	w := n.w
	w.send(n.process, w.db.process, func() {
		if w.db.down {
			return
		}
		w.db.takeBack(c.sel, func(seq Seq, already bool, covered []*token) {
			log, history := w.db.log, w.db.history
			w.send(w.db.process, n.process, func() {
				s := Settling{Seq: seq, Committed: n.clock(), Wait: Wait(w.lease)}
				done := func() { c.returned(covered, seq, history, n.name) }
				if seq == 0 || already && atOnce {
					done()
					return
				}
				n.hurry()
				for _, other := range w.nodes {
					if other != n {
						w.send(n.process, other.process, func() {
							other.hinted = max(other.hinted, seq)
							other.hurry()
						})
					}
				}
				n.settle(s, log, done)
			})
		})
	})
}

// settle reads the holders again and again, and returns when it is settled, though the database be gone.
func (n *node) settle(s Settling, log string, done func()) {
	settled := false
	var last, seen []Acked
	crashed := n.w.db.crashed
	look := func() {
		if settled {
			return
		}
		now := n.clock()
		ok, silent := s.Step(now, last)
		if !ok {
			return
		}
		settled = true
		if len(silent) > 0 {
			n.w.logf("%s removes %v", n.name, silent)
			n.w.db.ask(n.process, func() func() {
				n.w.db.reap(log, s.Seq, silent)
				return nil
			})
		}
		done()
	}
	var ask func(pause time.Duration)
	ask = func(pause time.Duration) {
		if settled {
			return
		}
		n.w.db.ask(n.process, func() func() {
			holders := append([]Acked(nil), n.w.db.holders...)
			same := n.w.db.log == log
			if same && n.w.db.crashed == crashed {
				n.w.neverLess(seen, holders)
			}
			seen, crashed = holders, n.w.db.crashed
			return func() {
				if same {
					last = holders
					look()
				}
			}
		})
		n.after(pause, func() { ask(min(2*pause, n.w.lease/8)) })
	}
	last = []Acked{{Holder: "nobody has been asked yet", Told: s.Seq}}
	n.after(s.Rest(n.clock())+1, look)
	ask(2 * time.Millisecond)
}

// neverLess checks that whoever waits is not told less than before: without a crash nobody unsays what he has acknowledged.
func (w *world) neverLess(before, after []Acked) {
	for _, b := range before {
		for _, a := range after {
			if a.Holder == b.Holder && (a.Seq < b.Seq || a.Told < b.Told) {
				w.violate("%s had applied entry %d and was told of %d, and then of less: %d and %d", a.Holder, b.Seq, b.Told, a.Seq, a.Told)
			}
		}
	}
}

// returned is what the client sees. The first return is the one that counts.
func (c *takeBack) returned(covered []*token, seq Seq, history int, by string) {
	if c.took != never {
		return
	}
	c.took = c.w.now - c.begun
	c.w.unsettled--
	c.w.counts.settled++
	c.w.logf("%s: entry %d has settled, %v %s", by, seq, c.sel.Target, c.sel.Key)
	if history != c.w.db.history {
		covered = nil // lost with the database: no promise
	}
	for _, t := range covered {
		t.settled = min(t.settled, c.w.now)
		c.w.probe(t)
	}
	if r := c.w.registeredAs(c.sel); r != nil && history == c.w.db.history {
		r.settled = min(r.settled, c.w.now)
		c.w.probeRegistered(r)
	}
	c.then()
}

// probe asks everybody about a token that nobody may accept any more: at once, soon, and later.
func (w *world) probe(t *token) {
	for _, d := range [...]time.Duration{1, w.upTo(20 * time.Millisecond), w.upTo(w.lease)} {
		w.in(d, func() { w.askAll(t) })
	}
}

func (w *world) askAll(t *token) {
	for _, n := range w.nodes {
		w.askNode(n, t)
	}
	for _, g := range w.guards {
		w.askGuard(g, t)
	}
}
