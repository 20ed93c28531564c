package revocation

import (
	"context"
	"time"
)

// Telling is one poll by a subscriber, as the node that answers it sees it.
type Telling struct {
	Subscriber SubscriberID // "": one that only reads, and gets no lease
	Client     string
	Log        string // what it follows; "": whatever is followed here
	From       bool   // it has applied something, if only nothing so far; false: it begins
	Applied    Seq    // its acknowledgement
	Wait       time.Duration
}

// tellAtMost bounds one answer to a subscriber: at about 100 bytes an entry, 100 kB.
const tellAtMost = 1000

// Tell answers a subscriber: what came after what it has applied, at once when there is anything, else after up to Wait, and for how long it may
// believe that. It returns [ErrGone] when it must begin anew, [ErrTooManySubscribers], or an error that wraps [ErrStale] when this node
// itself may believe nothing.
func (n *Node) Tell(ctx context.Context, t Telling) (Page, error) {
	if err := n.Fresh(ctx); err != nil {
		return Page{}, err
	}
	if t.Applied > n.holder.set.Applied() {
		// It has heard more from another node than this one knows yet, or the database was restored.
		if err := n.Renewed(ctx); err != nil {
			return Page{}, err
		}
	}
	if err := n.noteAcknowledged(t); err != nil {
		return Page{}, err
	}
	enough := time.After(min(max(t.Wait, 0), n.cfg.Lease/3))
	for {
		page, changed, err := n.page(t)
		if err != nil || len(page.Entries) > 0 || !t.From {
			return page, err
		}
		select {
		case <-changed:
			continue
		case <-n.turns.stopped:
		case <-ctx.Done():
		case <-enough:
		}
		page, _, err = n.page(t)
		return page, err
	}
}

// here reports whether the subscriber goes on in the log that is followed here. The caller holds mu.
func (n *Node) here(t Telling) bool { return t.From && (t.Log == "" || t.Log == n.history) }

// noteAcknowledged wakes those who wait for the subscriber.
func (n *Node) noteAcknowledged(t Telling) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if t.Subscriber == "" {
		return nil
	}
	var applied Seq
	if n.here(t) {
		applied = t.Applied
	}
	now := n.cfg.Clock()
	news := n.subscribers.News(t.Subscriber, applied) // else nobody waits for its word, and all the others are not asked twice at each idle poll
	var before Seq
	if news {
		before = n.acked(now)
	}
	if _, err := n.subscribers.Poll(t.Subscriber, t.Client, applied, n.holder.Lease(), now); err != nil {
		return err
	}
	if news && n.acked(now) != before {
		n.tell()
		n.turns.hurry() // another process may wait for the acknowledgement
	}
	return nil
}

// page is what a subscriber is told now. The lease is read before the entries: what it was extended by is among them.
func (n *Node) page(t Telling) (Page, <-chan struct{}, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	lease := n.holder.Lease()
	p := Page{Log: n.history, After: t.Applied, Of: t.Log}
	switch {
	case !t.From:
		p.After = n.holder.set.oldest()
	case !n.here(t):
		return Page{}, nil, ErrGone
	}
	var ok bool
	if p.Entries, p.Head, ok = n.holder.set.since(p.After, tellAtMost); !ok {
		return Page{}, nil, ErrGone
	}
	p.Last = n.holder.set.entry(p.After)
	if last := p.After + Seq(len(p.Entries)); last < p.Head || t.Subscriber == "" {
		return p, n.changed, nil // no lease for a part, nor for one that does not acknowledge
	}
	var applied Seq
	if t.From {
		applied = p.After
	}
	rest, err := n.subscribers.Poll(t.Subscriber, t.Client, applied, lease, n.cfg.Clock())
	p.Lease = rest
	return p, n.changed, err
}
