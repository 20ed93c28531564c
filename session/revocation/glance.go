package revocation

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Glancer is a [Roll] at which one can look for less than a renewal costs. What a glance finds is applied and acknowledged, but extends no lease:
// who has only glanced may believe for as long as his last renewal said, and is on the roll as told of what that renewal said.
type Glancer interface {
	// Glance reads what is new and who is on the roll, from the same place and as of the same time as a renewal would. [ErrRenew] means that nothing
	// less than a renewal will do here.
	Glance(ctx context.Context, after Seq, limit int) (Page, []Acked, time.Duration, error)

	// Acknowledge lets those who wait see what a holder has applied, or returns [ErrStruck]. It may be forgotten when the database crashes: then they
	// wait for the next renewal. Others says whether it is about another process's entries, so that somebody may be waiting right now.
	Acknowledge(ctx context.Context, r Renewal, others bool) error
}

// ErrRenew is the refusal of a glance where a commit has to be confirmed by others before what it shows can be believed.
var ErrRenew = errors.New("a glance will not do")

// enough is whether a lease was extended so recently that a glance will do until the next tick.
func enough(rest, length time.Duration) bool { return rest > length/2 }

// glance reads the log to its head, applies, and acknowledges at once. The lease stays as it is.
func (n *Node) glance(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.Lease)
	defer cancel()
	if err := n.acknowledge(ctx); err != nil { // a subscriber's word may be why
		return err
	}
	for {
		after, log := n.holder.set.Applied(), n.holder.log
		page, others, longest, err := n.glancer.Glance(ctx, after, pageSize)
		if err != nil {
			return fmt.Errorf("look at the revocation log: %w", err)
		}
		page.After, page.Of = after, log
		n.mu.Lock()
		n.others, n.longest = others, longest
		n.foreign = max(n.foreign, page.Foreign)
		n.mu.Unlock()
		more, err := n.follow(page)
		if err != nil {
			return err
		}
		if more {
			continue
		}
		if err := n.loadRegistry(ctx, page); err != nil {
			return err
		}
		return n.acknowledge(ctx)
	}
}

// acknowledge writes what has been applied here and by those who follow through this node, if that is more than was written.
func (n *Node) acknowledge(ctx context.Context) error {
	n.mu.Lock()
	self, log, acked, foreign := n.self, n.holder.log, n.acked(n.cfg.Clock()), n.foreign
	written := n.written
	n.mu.Unlock()
	if self == "" || written.Log == log && written.Acked >= acked {
		return nil
	}
	r := Renewal{Holder: self, Log: log, Acked: acked}
	err := n.glancer.Acknowledge(ctx, r, foreign > written.Acked)
	if errors.Is(err, ErrStruck) {
		n.struck()
	}
	if err != nil {
		return fmt.Errorf("acknowledge entry %d: %w", acked, err)
	}
	n.mu.Lock()
	n.written = r
	n.mu.Unlock()
	return nil
}

// struck is for a node that is not on the roll any more.
func (n *Node) struck() {
	n.holder.Drop()
	n.mu.Lock()
	n.self = ""
	n.mu.Unlock()
}

// Acknowledged is a hint that somebody has acknowledged something: whoever waits looks at once.
func (n *Node) Acknowledged() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tell()
}
