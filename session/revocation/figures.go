package revocation

import "sync/atomic"

// Figures is what a node can say of itself at a moment.
type Figures struct {
	Subscribers int // that may still believe
	Behind      Seq // how many entries the slowest of them lacks
	// Questions that found the lease over, by what became of them: a renewal came in time, or they were told that nothing is known.
	Renewed, Refused uint64
}

// stale counts questions that found the lease over.
type stale struct{ renewed, refused atomic.Uint64 }

// Figures is for people and metrics.
func (n *Node) Figures() Figures {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.cfg.Clock()
	return Figures{
		Subscribers: n.subscribers.Len(now), Behind: n.subscribers.Behind(n.holder.set.Applied(), now),
		Renewed: n.stale.renewed.Load(), Refused: n.stale.refused.Load(),
	}
}

// Slow is a subscriber that kept others waiting, and gets no lease for a while.
type Slow struct {
	Subscriber SubscriberID
	Client     string
}
