package revocation

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Settle returns when everybody who may answer from memory knows the entries up to seq, or believes nothing that lacks them any more: in
// health after one round of renewals, and never later than W after the call. Call it after the taking-back has committed. It returns an error
// only when ctx ends or the node stops; the taking-back stands all the same.
func (n *Node) Settle(ctx context.Context, seq Seq) error {
	s := Settling{Seq: seq, Committed: n.cfg.Clock(), Wait: Wait(n.cfg.Lease)}
	n.mu.Lock()
	log := n.history // the entry's, or an older one, in which nobody will be struck
	n.mu.Unlock()
	account := newWaiting(seq, s.Committed)
	for {
		err := n.Renewed(ctx)
		if err != nil && (ctx.Err() != nil || errors.Is(err, errStopped)) {
			return fmt.Errorf("wait for entry %d: %w", seq, err)
		}
		holders, changed := n.holders(&s, err)
		now := n.cfg.Clock()
		settled, silent := s.Step(now, holders)
		account.spent(now)
		if settled {
			n.cfg.Settled(account.settled(holders))
			n.strike(ctx, log, seq, silent)
			return nil
		}
		n.account(account, holders, err == nil)
		select {
		case <-changed:
		case <-time.After(min(s.Rest(n.cfg.Clock())+time.Millisecond, lookAgain)):
		case <-ctx.Done():
			return fmt.Errorf("wait for entry %d: %w", seq, ctx.Err())
		}
	}
}

// lookAgain is how often one who waits for others reads what they have acknowledged.
const lookAgain = 5 * time.Millisecond

// holders are those to wait for as of the renewal that has just ended: the others as the roll lists them, and this node itself, of whom more is known
// here. When the renewal went wrong nobody knows who they are, and only W settles.
func (n *Node) holders(s *Settling, renewal error) ([]Acked, <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.cfg.Clock()
	self := Acked{Holder: n.self, Seq: n.acked(now), Told: n.holder.set.Applied()}
	if renewal != nil {
		if n.cfg.Roll == nil && !n.holder.Believes(now) && n.subscribers.Len(now) == 0 {
			return nil, n.changed // nobody else, and nothing is believed here
		}
		return []Acked{{Holder: "unknown"}}, n.changed
	}
	s.Wait = max(s.Wait, Wait(n.longest))
	all := []Acked{self}
	for _, h := range n.others {
		if h.Holder != n.self {
			all = append(all, h)
		}
	}
	return all, n.changed
}

// account notes whom the next moments are spent on.
func (n *Node) account(w *waiting, holders []Acked, known bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	clients, _ := n.subscribers.Waiting(w.s.Seq, n.cfg.Clock())
	w.look(holders, n.self, known, clients)
}

// strike is a courtesy to the next taking-back; when it fails that one waits as this one did.
func (n *Node) strike(ctx context.Context, log string, seq Seq, silent []HolderID) {
	if n.cfg.Roll != nil && len(silent) > 0 {
		_ = n.cfg.Roll.Strike(ctx, log, seq, silent...)
	}
}

// Await is [Node.Settle] for a process that takes back but remembers nothing itself, such as a command. Lease is the installation's.
func Await(ctx context.Context, roll Roll, seq Seq, lease time.Duration, clock Clock) error {
	s := Settling{Seq: seq, Committed: clock(), Wait: Wait(lease)}
	for {
		holders, longest, err := roll.Holders(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("wait for entry %d: %w", seq, err)
			}
			holders = []Acked{{Holder: "unknown"}} // nobody knows who they are: only W settles
		} else {
			s.Wait = Wait(longest)
		}
		settled, silent := s.Step(clock(), holders)
		if settled {
			if err == nil && len(silent) > 0 {
				if p, err := roll.Read(ctx, seq, 0); err == nil {
					_ = roll.Strike(ctx, p.Log, seq, silent...)
				}
			}
			return nil
		}
		select {
		case <-time.After(min(s.Rest(clock())+time.Millisecond, lookAgain)):
		case <-ctx.Done():
			return fmt.Errorf("wait for entry %d: %w", seq, ctx.Err())
		}
	}
}
