package revocation

import (
	"time"

	"github.com/introspectd/introspectd/session"
)

// faulty is for how many leases things go wrong, and then they go well.
const faulty = 12

// live is the life of one world: tokens are opened, asked about and taken back while things break; then nothing breaks any more, and what must
// come right is checked.
func live(seed uint64, tracing bool) *world {
	lease := time.Second
	w := newWorld(seed, lease)
	w.tracing = tracing
	w.lease = [...]time.Duration{time.Second, 2 * time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second}[w.rng.IntN(5)]
	w.glancing = w.chance(0.7)
	for i := range 2 + w.rng.IntN(2) {
		w.startNode(i, w.newHost(w.someRate(rateBound)))
	}
	for i := range w.rng.IntN(4) {
		w.startGuard(i, w.newHost(w.someRate(rateBound)), w.rng.IntN(len(w.nodes)))
	}
	for range 6 {
		w.openToken()
	}
	w.in(w.lease/2, func() {
		for _, t := range w.tokens {
			w.askAll(t)
		}
	})
	w.arrangeFaults()
	w.arrangeWork()
	end := faulty * w.lease
	w.run(end)
	if w.db.back > end {
		end = w.db.back
		w.run(end)
	}
	w.heal()
	if w.chance(0.02) {
		end = w.sleepLong(end)
	}
	w.recover(end)
	return w
}

// someRate is often as fast or as slow as a clock may be.
func (w *world) someRate(bound float64) float64 {
	switch w.rng.IntN(3) {
	case 0:
		return 1 - bound
	case 1:
		return 1 + bound
	default:
		return 1 + bound*(2*w.rng.Float64()-1)
	}
}

func (w *world) openToken() *token {
	t := w.newToken(w.rng.IntN(3))
	w.db.open(t)
	return t
}

func (w *world) arrangeFaults() {
	known := w.rng.Perm(len(faults))[:1+w.rng.IntN(5)]
	for range w.rng.IntN(10) {
		f := faults[known[w.rng.IntN(len(known))]]
		w.at(w.between(w.lease, faulty*w.lease), func() {
			if !w.calm {
				f(w)
			}
		})
	}
}

func (w *world) arrangeWork() {
	end := faulty * w.lease
	for range 60 {
		w.at(w.upTo(end), func() {
			t := w.tokens[w.rng.IntN(len(w.tokens))]
			if i := w.rng.IntN(len(w.nodes) + len(w.guards)); i < len(w.nodes) {
				w.askNode(w.nodes[i], t)
			} else {
				w.askGuard(w.guards[i-len(w.nodes)], t)
			}
		})
	}
	for range 3 + w.rng.IntN(6) {
		w.at(w.between(w.lease, end), w.someTakingBack)
	}
	for range w.rng.IntN(4) {
		w.at(w.between(w.lease, end), w.someWithdrawal)
	}
	for range 6 {
		w.at(w.upTo(end), func() { w.askAbout(w.registered[w.rng.IntN(len(w.registered))]) })
	}
	for range 3 {
		w.at(w.between(w.lease, end), func() { w.ask3(w.openToken()) })
	}
}

// ask3 asks about a new token now and a little later.
func (w *world) ask3(t *token) {
	w.askAll(t)
	w.in(w.upTo(w.lease/2), func() { w.askAll(t) })
	w.in(w.upTo(3*w.lease), func() { w.askAll(t) })
}

// someTakingBack takes back a token that everybody was asked about just before, or several at once.
func (w *world) someTakingBack() {
	t := w.tokens[w.rng.IntN(len(w.tokens))]
	sel := [...]session.Selector{t.token, t.token, t.session, t.subject, session.Everything()}[w.rng.IntN(5)]
	w.askAll(t)
	w.in(w.upTo(w.lease), func() {
		c := w.takeBack(w.anyNode(), sel)
		if w.chance(0.5) {
			// Opened after it: good.
			c.then = func() {
				u := w.newToken(w.subjectOf(t))
				w.db.open(u)
				w.ask3(u)
			}
		}
	})
}

func (w *world) subjectOf(t *token) int { return int(t.marks.Subject[len(t.marks.Subject)-1] - '0') }

// sleepLong lets so much time pass that entries are forgotten, and the log cut; perhaps somebody sleeps through it.
func (w *world) sleepLong(from time.Duration) time.Duration {
	d := w.between(Memory/2, 3*Memory)
	if w.chance(0.5) {
		w.suspend(w.someProcess(), w.upTo(d))
	}
	for t := time.Minute; t < d; t += time.Minute {
		w.at(from+t, func() {
			w.db.gc()
			w.askAll(w.tokens[w.rng.IntN(len(w.tokens))])
		})
	}
	w.run(from + d)
	for _, h := range w.hosts {
		h.asleep = false
	}
	for _, p := range w.processes() {
		p.wake()
	}
	return from + d
}
