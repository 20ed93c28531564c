package revocation

import (
	"fmt"
	"slices"
	"time"

	"github.com/introspectd/introspectd/session"
)

// registered is what is taken back beside tokens: a key that signs, or a client. The parties do not look at what the judge knows.
type registered struct {
	sel     session.Selector
	seq     Seq           // the entry that took it back, in the history that goes on; 0: it was not
	taken   time.Duration // when it was first committed that it is
	settled time.Duration // when that had returned
}

// registry is what a database has of clients and keys, and a node in a copy. It is not changed once made. What is disabled or revoked has a
// successor at once.
type registry struct {
	version uint64
	head    Seq // of the log, in the snapshot in which it was read
	client  *registered
	signer  *registered
}

func (w *world) register(sel func(string) session.Selector, kind string) *registered {
	r := &registered{sel: sel(fmt.Sprintf("%s %d", kind, len(w.registered))), taken: never, settled: never}
	w.registered = append(w.registered, r)
	return r
}

func (w *world) newClient() *registered { return w.register(session.ByClient, "client") }
func (w *world) newKey() *registered    { return w.register(session.ByKey, "key") }

// registeredAs finds what a selector names, nil when it is a token's.
func (w *world) registeredAs(sel session.Selector) *registered {
	for _, r := range w.registered {
		if r.sel == sel {
			return r
		}
	}
	return nil
}

// withdraw replaces what an entry takes back.
func (db *database) withdraw(r *registered, seq Seq) {
	r.seq, r.taken, db.withdrew = seq, min(r.taken, db.w.now), db.w.now
	after := *db.registry
	after.version++
	switch r {
	case after.client:
		after.client = db.w.newClient()
	case after.signer:
		after.signer = db.w.newKey()
	}
	db.registry = &after
}

// unwithdrawn forgets what a restored database does not know of. An entry of the same number may be another one: a copy may be older than an earlier
// restoration.
func (w *world) unwithdrawn() {
	for _, r := range w.registered {
		if !slices.ContainsFunc(w.db.entries, func(e record) bool { return e.Seq == r.seq && e.Selector == r.sel }) {
			r.seq, r.settled = 0, never // no promise
		}
	}
}

// loaded reports whether a node has the registry that a page tells of.
func (n *node) loaded(p Page) bool {
	return n.registry != nil && n.registryLog == p.Log && n.registry.version == p.Registry
}

// loadRegistry reads it, and goes on when it has it. The statement may fail; what was applied before it is acknowledged all the same.
func (n *node) loadRegistry(round int, log string, then func()) {
	n.w.db.ask(n.process, func() func() {
		r := *n.w.db.registry
		r.head = n.w.db.head
		return func() {
			switch {
			case !n.running || n.round != round:
			case !n.w.calm && n.w.chance(0.3):
				n.renewed(false)
			default:
				n.registry, n.registryLog = &r, log
				then()
			}
		}
	})
}

// sign makes an internal token, with a key that is not known to be taken back.
func (n *node) sign(q *question, f fact) {
	key := n.registry.signer
	if n.holder.set.Covers(&Marks{Key: key.sel.Key}, f.mark.Asof) {
		return // its successor comes with the next renewal
	}
	if q.begun > key.settled {
		n.w.violate("%s signed with %s when asked at %v; its taking-back had returned at %v", n.name, key.sel.Key, q.begun, key.settled)
	}
	q.token.minted = append(q.token.minted, jwt{f.log, f.mark.Asof, n.w.now + jwtLife + jwtLeeway, key})
}

// askForged sends a guard what a thief makes with a key: good for everything, known good for ever.
func (w *world) askForged(g *guard, key *registered) {
	begun := w.now
	g.do(func() {
		g.hesitate(func() {
			mark := g.holder.Mark(g.clock())
			if !g.watch.trusts(g.holder) {
				return
			}
			log := g.holder.Log()
			g.hesitate(func() {
				if g.holder.Vouches(mark, log, forEver, &Marks{Key: key.sel.Key}) && begun > key.settled {
					w.violate("%s accepted a forgery under %s when asked at %v; its taking-back had returned at %v", g.name, key.sel.Key, begun, key.settled)
				}
				w.counts.forged++
			})
		})
	})
}

const forEver = Seq(1) << 60

// askAs has a client ask a node for something: it must be in order.
func (w *world) askAs(n *node, client *registered) {
	q := &question{begun: w.now}
	n.do(func() { n.hesitate(func() { n.authenticate(q, client) }) })
}

func (n *node) authenticate(q *question, client *registered) {
	switch {
	case n.watch.trusts(n.holder):
		n.hesitate(func() { n.admit(q, client) })
	case !q.waited:
		q.waited = true
		n.afterRenewal(func(ok bool) {
			if ok {
				n.authenticate(q, client)
			}
		})
	}
}

// admit judges a client by the registry as it was loaded and the set as it is.
func (n *node) admit(q *question, client *registered) {
	switch {
	case n.holder.set.CoversClient(client.sel.Key, n.registry.head):
		n.w.counts.turned++
		if client.taken == never {
			n.w.violate("%s turned %s away, which nobody has disabled", n.name, client.sel.Key)
		}
	case n.registry.client == client:
		n.w.counts.admitted++
		if q.begun > client.settled {
			n.w.violate("%s admitted %s when asked at %v; it was disabled, which had returned at %v", n.name, client.sel.Key, q.begun, client.settled)
		}
	case client.taken != never:
		n.w.counts.turned++
	}
}

// someWithdrawal disables a client or revokes a key.
func (w *world) someWithdrawal() {
	r := w.db.registry.client
	if w.chance(0.5) {
		r = w.db.registry.signer
	}
	w.askAbout(r)
	w.in(w.upTo(w.lease), func() { w.takeBack(w.anyNode(), r.sel) })
}

// askAbout asks everybody about a client or a key.
func (w *world) askAbout(r *registered) {
	if r.sel.Target == session.TargetClient {
		for _, n := range w.nodes {
			w.askAs(n, r)
		}
		return
	}
	for _, g := range w.guards {
		w.askForged(g, r)
	}
}

// probeRegistered asks as [world.probe] does.
func (w *world) probeRegistered(r *registered) {
	for _, d := range [...]time.Duration{1, w.upTo(20 * time.Millisecond), w.upTo(w.lease)} {
		w.in(d, func() { w.askAbout(r) })
	}
}

// recoverRegistry checks that everybody has heard of the successors.
func (w *world) recoverRegistry() {
	if w.now < w.db.withdrew+slack { // a call was repeated just now
		w.in(slack, w.recoverRegistry)
		return
	}
	for _, n := range w.nodes {
		if now := w.db.registry; n.registry == nil || n.registry.client != now.client || n.registry.signer != now.signer {
			w.violate("%s has not the registry that there is", n.name)
		}
	}
}
