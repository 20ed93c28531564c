package revocation

import (
	"context"
	"time"
)

// Telling is one poll by a subscriber, as the node that answers it sees it.
type Telling struct {
	Subscriber SubscriberID
	Client     string
	Log        string // what it follows; "": it begins
	Applied    Seq    // in that log: its acknowledgement
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
		if err != nil || len(page.Entries) > 0 || t.Log == "" {
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

// noteAcknowledged wakes those who wait for the subscriber.
func (n *Node) noteAcknowledged(t Telling) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.cfg.Clock()
	before := n.acked(now)
	applied := t.Applied
	if t.Log != n.history {
		applied = 0
	}
	if _, err := n.subscribers.Poll(t.Subscriber, t.Client, applied, n.holder.Lease(), now); err != nil {
		return err
	}
	if n.acked(now) != before {
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
	if t.Log != "" && t.Log != n.history {
		return Page{}, nil, ErrGone
	}
	if t.Log == "" {
		p.After = n.holder.set.oldest()
	}
	var ok bool
	if p.Entries, p.Head, ok = n.holder.set.since(p.After, tellAtMost); !ok {
		return Page{}, nil, ErrGone
	}
	if last := p.After + Seq(len(p.Entries)); last < p.Head {
		return p, n.changed, nil // there is more: no lease for a part
	}
	applied := p.After
	if t.Log == "" {
		applied = 0
	}
	rest, err := n.subscribers.Poll(t.Subscriber, t.Client, applied, lease, n.cfg.Clock())
	p.Lease = rest
	return p, n.changed, err
}
