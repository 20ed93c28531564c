package revocation

import (
	"fmt"
	"time"
)

// guard is the shell around the holder of a process that checks internal tokens by itself and follows the log through a node.
type guard struct {
	*process
	slot   int
	id     SubscriberID
	holder *Holder
	watch  watch
	node   int // the slot of the node that it asks
	round  int
	stuck  bool // it asks and is answered, but never says that it has applied anything
}

// startGuard starts a process in a slot, which turns to the node in another.
func (w *world) startGuard(slot int, h *host, node int) *guard {
	w.starts++
	g := &guard{
		process: &process{w: w, host: h, name: fmt.Sprintf("guard %d.%d", slot, w.starts)}, slot: slot,
		id: SubscriberID(fmt.Sprint("subscriber ", w.starts)), holder: NewHolder(w.lease), node: node,
	}
	g.watch.process = g.process
	if slot == len(w.guards) {
		w.guards = append(w.guards, g)
	}
	w.guards[slot] = g
	g.poll()
	return g
}

func (w *world) restartGuard(slot int) {
	if old := w.guards[slot]; old.dead {
		w.startGuard(slot, old.host, w.rng.IntN(len(w.nodes)))
	}
}

// poll asks for what is new, one question at a time; when no answer comes, it may ask another node.
func (g *guard) poll() {
	g.round++
	round, begun, n := g.round, g.clock(), g.w.nodes[g.node]
	p := &poll{guard: g, id: g.id, log: g.holder.log, after: g.holder.set.Applied()}
	if g.stuck {
		p.after = min(p.after, 1)
	}
	p.reply = func(page Page) { g.answered(round, begun, page) }
	g.w.send(g.process, n.process, func() { n.polled(p) })
	g.after(g.w.lease*5/6, func() {
		if g.round == round {
			g.elsewhere()
			g.poll()
		}
	})
}

// elsewhere turns to another node, or not.
func (g *guard) elsewhere() { g.node = g.w.rng.IntN(len(g.w.nodes)) }

// answered believes late answers as well: the core must stand that.
func (g *guard) answered(round int, begun Instant, p Page) {
	more, err := g.holder.Follow(p, g.clock())
	switch {
	case err != nil:
		g.w.logf("%s: %v", g.name, err)
	default:
		g.holder.Extend(g.countedFrom(begun), p)
		g.watch.extended(g.holder)
	}
	if round != g.round {
		return
	}
	g.round++ // answered
	switch {
	case err == nil && !g.stuck && (more || g.holder.Believes(g.clock())):
		g.poll()
	default:
		if err != nil {
			g.elsewhere()
		}
		round := g.round
		g.after(g.w.lease/20+time.Millisecond, func() {
			if g.round == round {
				g.poll()
			}
		})
	}
}
