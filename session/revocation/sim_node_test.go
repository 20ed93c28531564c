package revocation

import "fmt"

// simPage is how many entries go into one page here, so that reading takes several.
const simPage = 2

// node is the shell around the cores of one process that follows the log in the database and answers questions.
type node struct {
	*process
	slot       int
	id         HolderID
	registered bool
	holder     *Holder
	subs       *Subscribers
	watch      watch
	memory     []fact // by token

	registry    *registry
	registryLog string
	renewing
	feed
}

// fact is what a node remembers of a token.
type fact struct {
	known bool
	mark  Mark
	log   string // the history of the mark, for those who are told
}

// renewing is one look at the log at a time, a renewal or a glance; what is waiting is served by one that begins later.
type renewing struct {
	round   int
	running bool
	again   bool
	due     bool // again, and nothing less than a renewal
	hinted  Seq  // the newest entry that somebody said there is
	acked   Seq  // what the database has stored
	waiting []func(ok bool)
	serving []func(ok bool)
}

// startNode starts a process in a slot, on a host of its own.
func (w *world) startNode(slot int, h *host) *node {
	w.starts++
	n := &node{
		process: &process{w: w, host: h, name: fmt.Sprintf("node %d.%d", slot, w.starts)}, slot: slot,
		holder: NewHolder(w.lease), subs: NewSubscribers(w.lease, 100),
	}
	n.id = n.newID()
	n.watch.process = n.process
	if slot == len(w.nodes) {
		w.nodes = append(w.nodes, n)
	}
	w.nodes[slot] = n
	n.begin()
	n.after(w.lease/3, n.tick)
	return n
}

func (n *node) tick() {
	if n.registered {
		n.renew()
	} else {
		n.begin()
	}
	n.after(n.w.lease/3, n.tick)
}

// register commits before the first renewal begins (pitfall P15).
func (n *node) register() {
	id := n.id
	n.w.db.ask(n.process, func() func() {
		n.w.db.register(id)
		return func() {
			if id == n.id && !n.registered {
				n.registered = true
				n.renew()
			}
		}
	})
}

// renew starts a renewal, or one more when something is running.
func (n *node) renew() { n.look(true) }

// hurry starts a look at the log: a renewal, or as little as will do.
func (n *node) hurry() { n.look(false) }

func (n *node) look(due bool) {
	switch {
	case !n.registered:
		return
	case n.running:
		n.again, n.due = true, n.due || due
		return
	}
	n.running, n.again, n.due = true, false, false
	n.round++
	n.serving, n.waiting = n.waiting, nil
	round := n.round
	if !due && n.glances() {
		n.glance(round)
	} else {
		n.read(round, n.clock())
	}
	n.after(n.w.lease, func() {
		if n.during(round) {
			n.renewed(false)
		}
	})
}

// during is whether a look at the log still goes on.
func (n *node) during(round int) bool { return n.running && n.round == round }

// read asks for one page.
func (n *node) read(round int, begun Instant) {
	id, log, after, acked := n.id, n.holder.log, n.holder.set.Applied(), n.repeats()
	n.w.db.ask(n.process, func() func() {
		p, known := n.w.db.renew(id, log, after, acked, simPage)
		return func() {
			if n.during(round) {
				n.follow(round, begun, p, known, log, acked)
			}
		}
	})
}

func (n *node) struck() {
	n.w.logf("%s is not registered any more", n.name)
	n.holder.Drop()
	n.registered, n.id = false, n.newID()
	n.begin()
	n.renewed(false)
}

func (n *node) follow(round int, begun Instant, p Page, known bool, of string, acked Seq) {
	if !known {
		n.struck()
		return
	}
	if p.Log == of {
		n.acked = max(n.acked, acked)
	}
	p.Lease = n.w.lease
	n.apply(round, p, of, func(more bool) {
		if n.loaded(p) {
			n.holder.Extend(n.countedFrom(begun), p) // more or not: the core looks itself whether all was applied
			n.watch.extended(n.holder)
		}
		if more {
			n.read(round, begun)
		} else {
			n.renewed(true)
		}
	})
}

// apply goes on when a page was applied and the registry of which it tells is there.
func (n *node) apply(round int, p Page, of string, then func(more bool)) {
	now, log := n.clock(), n.holder.log
	p.Of = of
	n.subs.Expire(n.holder.set.Applied(), now)
	more, err := n.holder.Follow(p, now)
	if err != nil {
		n.w.logf("%s: %v", n.name, err)
		n.renewed(false)
		return
	}
	if p.Log != of && p.Log != log {
		n.w.logf("%s follows %s", n.name, p.Log)
		n.subs.StartAnew()
		n.entries, n.acked = nil, 0
	}
	n.keep(p)
	if more || n.loaded(p) {
		then(more)
		return
	}
	n.loadRegistry(round, p.Log, func() { then(false) })
}

// renewed ends a look at the log.
func (n *node) renewed(ok bool) {
	n.running = false
	served := n.serving
	n.serving = nil
	for _, f := range served {
		f(ok)
	}
	if ok {
		n.answerPolls()
	}
	if n.again || len(n.waiting) > 0 || ok && n.acknowledges() > n.acked {
		n.look(n.due)
	}
}

// afterRenewal is called back by a renewal that begins from now on.
func (n *node) afterRenewal(f func(ok bool)) {
	if !n.registered {
		f(false)
		return
	}
	n.waiting = append(n.waiting, f)
	n.hurry()
}

// restart is a new process in the slot of a dead one.
func (w *world) restartNode(slot int) {
	if old := w.nodes[slot]; old.dead {
		w.startNode(slot, old.host)
	}
}

// crash is kill -9.
func (p *process) crash() {
	p.w.logf("%s crashes", p.name)
	p.dead, p.queued = true, nil
}
