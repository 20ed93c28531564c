package revocation

import "time"

// question is a check of a token. It begins when its sender sends it, however long it lies in a socket.
type question struct {
	token  *token
	begun  time.Duration
	waited bool
}

// askNode sends a question to a node.
func (w *world) askNode(n *node, t *token) {
	q := &question{token: t, begun: w.now}
	n.do(func() { n.hesitate(func() { n.consider(q) }) })
}

// askGuard sends an internal token made of a token to a guard.
func (w *world) askGuard(g *guard, t *token) {
	if len(t.minted) == 0 {
		return
	}
	recent := t.minted[max(0, len(t.minted)-3):]
	j := recent[w.rng.IntN(len(recent))]
	q := &question{token: t, begun: w.now}
	g.do(func() { g.hesitate(func() { g.consider(q, j) }) })
}

// hesitate goes on now or later: between any two steps a process may wait for a processor, a page or its collector.
func (p *process) hesitate(f func()) {
	switch {
	case p.w.chance(0.7):
		f()
	case p.w.calm || p.w.chance(0.8):
		p.after(p.w.upTo(time.Millisecond), f)
	default:
		p.after(p.w.upTo(p.w.lease), f)
	}
}

// leased goes on when the lease lives, if need be after a renewal that begins now.
func (n *node) leased(q *question, then func()) {
	switch {
	case n.watch.trusts(n.holder):
		n.hesitate(then)
	case q.waited:
		n.fail(q)
	default:
		q.waited = true
		n.afterRenewal(func(ok bool) {
			if !ok {
				n.fail(q)
				return
			}
			n.leased(q, then)
		})
	}
}

func (n *node) fail(q *question) {
	n.w.counts.failed++
	n.w.logf("%s cannot say about token %d", n.name, q.token.index)
}

// remembered is what the node remembers of a token.
func (n *node) remembered(t *token) *fact {
	for len(n.memory) <= t.index {
		n.memory = append(n.memory, fact{})
	}
	return &n.memory[t.index]
}

// judge looks at the set. What it does not remember it loads.
func (n *node) judge(q *question) {
	f := n.remembered(q.token)
	switch {
	case f.known && n.holder.Holds(f.mark, &q.token.marks, n.clock()):
		n.accept(q, *f)
	case f.known && n.holder.set.Covers(&q.token.marks, f.mark.Asof) && n.holder.remembers(f.mark):
		n.w.refused(n.process, q.token, "taken back")
	default:
		n.load(q)
	}
}

func (n *node) accept(q *question, f fact) {
	n.hesitate(func() {
		n.w.accepted(n.process, n.holder, q.token, q.begun)
		n.sign(q, f)
	})
}

// load reads the row and remembers it.
func (n *node) load(q *question) {
	before := n.note()
	n.w.db.ask(n.process, func() func() {
		known, born, revoked, head := n.w.db.lookup(q.token)
		return func() {
			f := n.noted(before)
			switch {
			case n.stale(head, before.mark.Asof) || !known:
				n.fail(q)
			case revoked != 0:
				n.w.refused(n.process, q.token, "the row says so")
			default:
				f.mark.Asof = bornAsof(f.mark.Asof, born)
				n.hesitate(func() {
					*n.remembered(q.token) = f
					n.accept(q, f)
				})
			}
		}
	})
}

// note is what is known before a row is read.
func (n *node) note() fact {
	return fact{known: true, mark: n.holder.Mark(n.clock()), log: n.holder.log}
}

// consider is a guard's check of an internal token: the lease, then the set.
func (g *guard) consider(q *question, j jwt) {
	mark := g.holder.Mark(g.clock())
	if !g.watch.trusts(g.holder) {
		g.w.counts.failed++
		return
	}
	g.hesitate(func() {
		marks := q.token.marks
		marks.Key = j.key.sel.Key
		switch {
		case g.w.now > j.end:
			g.w.counts.failed++
		case g.holder.Vouches(mark, j.log, j.asof, &marks):
			g.hesitate(func() {
				g.w.counts.jwts++
				if q.begun > j.key.settled {
					g.w.violate("%s accepted what %s has signed when asked at %v; its taking-back had returned at %v", g.name, marks.Key, q.begun, j.key.settled)
				}
				g.w.accepted(g.process, g.holder, q.token, q.begun)
			})
		case j.key.taken != never:
			g.w.counts.failed++ // whatever it has signed may be refused
		case g.holder.Log() == j.log && g.holder.remembers(mark):
			g.w.refused(g.process, q.token, "taken back")
		default:
			g.w.counts.failed++ // of another log
		}
	})
}
