package revocation

import "time"

// feed is what a node keeps for those who follow the log through it.
type feed struct {
	entries []Entry // what it has applied, as far back as it knows
	floor   Seq
	held    []*poll
}

// poll is a subscriber's question for what is new.
type poll struct {
	guard *guard
	id    SubscriberID
	log   string
	after Seq
	reply func(Page)
	done  bool
}

// keep remembers the entries of a page that were applied, for those who ask later.
func (n *node) keep(p Page) {
	n.floor = p.Floor
	for len(n.entries) > 0 && n.entries[0].Seq <= n.floor {
		n.entries = n.entries[1:]
	}
	last := n.floor
	if len(n.entries) > 0 {
		last = n.entries[len(n.entries)-1].Seq
	}
	for _, e := range p.Entries {
		if e.Seq > last && e.Seq <= n.holder.set.Applied() {
			n.entries = append(n.entries, e)
		}
	}
}

// polled answers at once when there is something to say, and otherwise within a third of a lease.
func (n *node) polled(p *poll) {
	applied := n.holder.set.Applied()
	switch {
	case n.holder.log == "":
		return
	case p.log == n.holder.log && p.after > applied:
		// Whether we lag or the log has lost entries is known after a renewal that begins now, and not before.
		n.afterRenewal(func(ok bool) {
			if ok {
				n.answer(p)
			}
		})
		return
	}
	rest := n.grant(p)
	if n.acknowledges() > n.acked {
		n.hurry()
	}
	if p.log != n.holder.log || p.after < applied || rest == 0 {
		n.answer(p)
		return
	}
	n.held = append(n.held, p)
	n.after(n.w.lease/3, func() { n.answer(p) })
}

func (n *node) answerPolls() {
	held := n.held
	n.held = nil
	for _, p := range held {
		switch {
		case p.done:
		case p.log != n.holder.log || p.after != n.holder.set.Applied():
			n.answer(p)
		default:
			n.held = append(n.held, p)
		}
	}
}

// grant takes the acknowledgement and gives a lease, which counts from now on, whether or not the answer arrives.
func (n *node) grant(p *poll) (rest time.Duration) {
	applied := p.after
	if p.log != n.holder.log {
		applied = 0
	}
	rest, err := n.subs.Poll(p.id, "", applied, n.holder.Lease(), n.clock())
	if err != nil {
		n.w.violate("%s has too many subscribers", n.name)
	}
	return rest
}

func (n *node) answer(p *poll) {
	if p.done {
		return
	}
	p.done = true
	page := Page{Log: n.holder.log, Head: n.holder.set.Applied(), Floor: n.floor, After: p.after, Of: p.log, Lease: n.grant(p)}
	page.Last = n.holder.set.entry(p.after)
	if p.log == page.Log || p.log == "" {
		for _, e := range n.entries {
			if e.Seq > p.after && len(page.Entries) < simPage {
				page.Entries = append(page.Entries, e)
			}
		}
	} else {
		page.Lease = 0 // it starts anew and asks again
	}
	n.w.send(n.process, p.guard.process, func() { p.reply(page) })
}
