package revocation

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrStale means that the lease is over and no renewal came in time: nothing can be said about what is remembered.
var ErrStale = errors.New("revocation log not heard of for longer than the lease")

// Node follows the log for one process. One goroutine, [Node.Run], renews: it reads what is new, applies it, and only then extends the
// lease (pitfalls P12, P13). Everybody else asks.
type Node struct {
	cfg    NodeConfig
	holder *Holder

	wake    chan struct{} // one waiting renewal is enough: it serves all who asked before it begins
	stopped chan struct{} // closed when Run returns

	mu   sync.Mutex
	next *renewal // guarded by mu: who waits for a renewal that has not begun

	// Owned by Run.
	registry uint64
	loaded   bool   // the registry was
	history  string // the log that it was loaded with
}

// NodeConfig is what a [Node] follows and how. Zero durations and a nil Clock mean the defaults.
type NodeConfig struct {
	Log   Log
	Lease time.Duration // L: for how long one renewal may be believed; 2 s
	// Every is the time between renewals, at most L/3. The default is the smaller of L/3 and 100 ms: with it, what another process writes is
	// known here well within half a second.
	Every time.Duration
	Clock Clock // Boottime
	// Registry is called with the log's registry version when that has changed, before the lease is extended: while the lease lives, what
	// it loads is as fresh as the set.
	Registry func(ctx context.Context) error
	// Report is told when renewing begins to fail (an error) and when it works again (nil).
	Report func(error)
}

var errStopped = errors.New("the node has stopped")

type renewal struct {
	done chan struct{}
	err  error // set before done is closed
}

// pageSize bounds one read of the log: at about 100 bytes an entry, 100 kB.
const pageSize = 1000

// patience is how long a question waits for a renewal before it is told that nothing is known.
const patience = time.Second

// NewNode checks the configuration. The node knows nothing and believes nothing until Run has renewed.
func NewNode(c NodeConfig) (*Node, error) {
	if c.Lease == 0 {
		c.Lease = 2 * time.Second
	}
	if c.Every == 0 {
		c.Every = min(c.Lease/3, 100*time.Millisecond)
	}
	if c.Clock == nil {
		c.Clock = Boottime
	}
	if c.Registry == nil {
		c.Registry = func(context.Context) error { return nil }
	}
	if c.Report == nil {
		c.Report = func(error) {}
	}
	switch {
	case c.Log == nil:
		return nil, errors.New("revocation node: no log")
	case c.Lease < 100*time.Millisecond || c.Lease > time.Minute:
		return nil, errors.New("revocation node: lease is not between 100ms and 1m")
	case c.Every <= 0 || c.Every > c.Lease/3:
		return nil, errors.New("revocation node: time between renewals is not between 0 and a third of the lease")
	}
	return &Node{cfg: c, holder: NewHolder(c.Lease), wake: make(chan struct{}, 1), stopped: make(chan struct{})}, nil
}

// Set is what the node knows.
func (n *Node) Set() *Set { return n.holder.set }

// Believable reports whether the lease lives now. It reads the clock.
func (n *Node) Believable() bool { return n.holder.Believes(n.cfg.Clock()) }

// Lease is until when the set may be believed. Whoever takes it before he looks at the set, and finds it alive by a reading of the clock after
// that ([Mark] has one), has asked what Believable asks, and read the clock once.
func (n *Node) Lease() Lease { return n.holder.Lease() }

// Rest is what remains of the lease.
func (n *Node) Rest() time.Duration { return n.holder.Lease().Rest(n.cfg.Clock()) }

// Mark notes what is known now. It is taken before something is read that will be remembered.
func (n *Node) Mark() Mark { return n.holder.Mark(n.cfg.Clock()) }

// Holds reports whether something remembered under a mark may be used: same history, young enough, and not covered.
func (n *Node) Holds(m Mark, marks *Marks) bool { return n.holder.Holds(m, marks, n.cfg.Clock()) }

// Fresh returns nil when the lease lives, if need be after waiting for a renewal that began after the call. Otherwise the error wraps
// [ErrStale]. Call it after the question has arrived, at each question.
func (n *Node) Fresh(ctx context.Context) error {
	if n.Believable() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := n.Renewed(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrStale, err)
	}
	if !n.Believable() {
		return fmt.Errorf("%w: the renewal took longer than the lease", ErrStale)
	}
	return nil
}

// Renewed waits for a renewal that begins after the call, and returns how it went.
func (n *Node) Renewed(ctx context.Context) error {
	n.mu.Lock()
	if n.next == nil {
		n.next = &renewal{done: make(chan struct{})}
	}
	r := n.next
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
	select {
	case <-r.done:
		return r.err
	case <-n.stopped:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Settle returns when this process knows the entries up to seq, or believes nothing it remembers any more.
func (n *Node) Settle(ctx context.Context, seq Seq) error {
	for n.holder.set.Applied() < seq {
		err := n.Renewed(ctx)
		if err != nil && (ctx.Err() != nil || errors.Is(err, errStopped)) {
			return fmt.Errorf("wait for entry %d: %w", seq, err)
		}
		if err == nil {
			continue
		}
		rest := n.Rest()
		if rest == 0 {
			return nil
		}
		select {
		case <-time.After(min(rest, n.cfg.Every)):
		case <-ctx.Done():
		}
	}
	return nil
}

// Run renews until ctx ends, once in a node's life. Fresh, Renewed and Settle wait for it.
func (n *Node) Run(ctx context.Context) error {
	defer close(n.stopped)
	tick := time.NewTicker(n.cfg.Every)
	defer tick.Stop()
	failing := false
	for {
		n.mu.Lock()
		waiting := n.next
		n.next = nil
		n.mu.Unlock()
		err := n.renew(ctx)
		if waiting != nil {
			waiting.err = err
			close(waiting.done)
		}
		if ctx.Err() != nil {
			return nil
		}
		if failing != (err != nil) {
			failing = err != nil
			n.cfg.Report(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-n.wake:
		}
	}
}

// renew reads the log to its head, applies, and then extends the lease from the instant at which it began.
func (n *Node) renew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.Lease)
	defer cancel()
	begun := n.cfg.Clock()
	for {
		after, log := n.holder.set.Applied(), n.holder.log
		page, err := n.cfg.Log.Read(ctx, after, pageSize)
		if err != nil {
			return fmt.Errorf("read revocation log: %w", err)
		}
		page.After, page.Of, page.Lease = after, log, n.cfg.Lease
		more, err := n.holder.Follow(page, n.cfg.Clock())
		if err != nil {
			return err
		}
		if more {
			continue
		}
		if err := n.loadRegistry(ctx, page); err != nil {
			return err
		}
		n.holder.Extend(begun, page)
		return nil
	}
}

func (n *Node) loadRegistry(ctx context.Context, p Page) error {
	if n.loaded && n.history == p.Log && n.registry == p.Registry {
		return nil
	}
	if err := n.cfg.Registry(ctx); err != nil {
		return fmt.Errorf("read registry: %w", err)
	}
	n.loaded, n.history, n.registry = true, p.Log, p.Registry
	return nil
}
