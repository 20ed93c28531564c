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

	turns   *renewals
	stale   stale
	glancer Glancer // nil: each look is a renewal

	mu          sync.Mutex // guards what follows
	subscribers *Subscribers
	changed     chan struct{} // closed, and another put in its place, when entries were applied or acknowledged
	self        HolderID      // "": not enrolled
	history     string        // the log that is followed
	others      []Acked       // the roll, as of the last renewal, when somebody waited for that
	longest     time.Duration // the longest lease on it
	written     Renewal       // the last acknowledgement
	foreign     Seq           // the newest entry of another process
	trouble     trouble

	// Owned by Run.
	registry uint64
	loaded   string // the log that the registry was loaded with; "": it was not
}

// NodeConfig is what a [Node] follows and how. Zero durations and a nil Clock mean the defaults.
type NodeConfig struct {
	Log   Log
	Roll  Roll          // where it is one of several that may answer from memory; nil: it is alone
	Lease time.Duration // L: for how long one renewal may be believed; 2 s
	// Subscribers is how many may follow the log through this node; each can delay a logout by a lease. 0: 1000.
	Subscribers int
	// Every is the time between renewals, at most L/3. The default is the smaller of L/3 and 25 ms: with it, what another process writes is
	// known here at once, for the price of a thousandth of a core.
	Every time.Duration
	Clock Clock // Boottime
	// Registry is called with the log's registry version when that has changed, before the lease is extended: while the lease lives, what
	// it loads is as fresh as the set.
	Registry func(ctx context.Context) error
	// Report is told when renewing begins to fail (an error) and when it works again (nil); and, while it fails, each minute what is wrong by then.
	Report func(error)
	// Settled is told how each taking-back that was waited for here became settled, and Slow of each subscriber that kept others waiting for so long
	// that it gets no lease for a while. Neither may wait for anything.
	Settled func(Settlement)
	Slow    func(Slow)
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
		c.Every = min(c.Lease/3, 25*time.Millisecond)
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
	if c.Settled == nil {
		c.Settled = func(Settlement) {}
	}
	if c.Slow == nil {
		c.Slow = func(Slow) {}
	}
	if c.Subscribers == 0 {
		c.Subscribers = 1000
	}
	switch {
	case c.Subscribers < 0:
		return nil, errors.New("revocation node: number of subscribers is negative")
	case c.Log == nil:
		return nil, errors.New("revocation node: no log")
	case c.Lease < 100*time.Millisecond || c.Lease > time.Minute:
		return nil, errors.New("revocation node: lease is not between 100ms and 1m")
	case c.Every <= 0 || c.Every > c.Lease/3:
		return nil, errors.New("revocation node: time between renewals is not between 0 and a third of the lease")
	}
	glancer, _ := c.Roll.(Glancer)
	return &Node{
		cfg: c, glancer: glancer, holder: NewHolder(c.Lease), subscribers: NewSubscribers(c.Lease, c.Subscribers),
		turns: newRenewals(), changed: make(chan struct{}),
	}, nil
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
		n.stale.refused.Add(1)
		return fmt.Errorf("%w: %w", ErrStale, err)
	}
	if !n.Believable() {
		n.stale.refused.Add(1)
		return fmt.Errorf("%w: the renewal took longer than the lease", ErrStale)
	}
	n.stale.renewed.Add(1)
	return nil
}

// Renewed waits for a renewal that begins after the call, and returns how it went.
func (n *Node) Renewed(ctx context.Context) error { return n.turns.await(ctx) }

// Hurry has the next renewal begin at once: somebody says that there is something new. It does not wait, and whoever hears no such hint renews
// all the same (pitfall P4).
func (n *Node) Hurry() { n.turns.hurry() }

// Run renews until ctx ends, once in a node's life. Fresh, Renewed and Settle wait for it.
func (n *Node) Run(ctx context.Context) error {
	defer n.leave(ctx)
	tick := time.NewTicker(n.cfg.Every)
	defer tick.Stop()
	due := true
	for {
		asked, end := n.turns.begin()
		again, err := n.look(ctx, asked, due)
		end(err)
		if ctx.Err() != nil {
			return nil
		}
		if n.note(err) {
			n.cfg.Report(err)
		}
		due = false
		if again {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			due = true
		case <-n.turns.wake:
		}
	}
}

// look is a renewal when that is due, and as little as will do when somebody has just hurried.
func (n *Node) look(ctx context.Context, asked, due bool) (again bool, err error) {
	if !due && n.glancer != nil && enough(n.Rest(), n.cfg.Lease) {
		if err := n.glance(ctx); !errors.Is(err, ErrRenew) {
			return false, err
		}
	}
	return n.renew(ctx, asked)
}

// leave ends the lease, and takes the node off the roll unless a subscriber may still believe what it had from it.
func (n *Node) leave(ctx context.Context) {
	n.holder.Drop()
	close(n.turns.stopped)
	n.mu.Lock()
	self, alone := n.self, n.subscribers.Len(n.cfg.Clock()) == 0
	n.self = ""
	n.mu.Unlock()
	if n.cfg.Roll == nil || self == "" || !alone {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = n.cfg.Roll.Strike(ctx, "", 0, self) // else the next taking-back waits for it once
}

// renew reads the log to its head, applies, and then extends the lease from the instant at which it began. Again says that somebody waits for
// the acknowledgement of what has been applied by it.
func (n *Node) renew(ctx context.Context, asked bool) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.Lease)
	defer cancel()
	begun := n.cfg.Clock()
	for {
		page, acked, err := n.read(ctx)
		if err != nil {
			return false, err
		}
		more, err := n.follow(page)
		if err != nil {
			return false, err
		}
		if more {
			continue
		}
		if err := n.loadRegistry(ctx, page); err != nil {
			return false, err
		}
		n.holder.Extend(begun, page)
		if asked {
			if err := n.readRoll(ctx); err != nil {
				return false, err
			}
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		n.foreign = max(n.foreign, page.Foreign)
		return n.cfg.Roll != nil && acked < page.Foreign && n.acked(n.cfg.Clock()) > acked, nil
	}
}

// read asks for what is new, and says up to where it acknowledged.
func (n *Node) read(ctx context.Context) (p Page, acked Seq, err error) {
	after, log := n.holder.set.Applied(), n.holder.log
	switch {
	case n.cfg.Roll == nil:
		p, err = n.cfg.Log.Read(ctx, after, pageSize)
	default:
		if err := n.enrol(ctx); err != nil {
			return Page{}, 0, err
		}
		n.mu.Lock()
		acked = n.acked(n.cfg.Clock())
		n.mu.Unlock()
		r := Renewal{n.self, log, acked, after, pageSize}
		if p, err = n.cfg.Roll.Renew(ctx, r); err == nil {
			n.mu.Lock()
			n.written = r
			n.mu.Unlock()
		}
	}
	if errors.Is(err, ErrStruck) {
		n.struck()
	}
	if err != nil {
		return Page{}, 0, fmt.Errorf("read revocation log: %w", err)
	}
	p.After, p.Of, p.Lease = after, log, n.cfg.Lease
	return p, acked, nil
}

// enrol registers under an id that nobody had before (pitfall P17).
func (n *Node) enrol(ctx context.Context) error {
	if n.self != "" { // only Run changes it
		return nil
	}
	id := NewHolderID()
	if err := n.cfg.Roll.Enrol(ctx, id, n.cfg.Lease); err != nil {
		return fmt.Errorf("enrol as a holder of a lease: %w", err)
	}
	n.mu.Lock()
	n.self = id
	n.mu.Unlock()
	return nil
}

// follow applies a page, and tells who waits for that.
func (n *Node) follow(p Page) (more bool, err error) {
	more, slow, err := n.apply(p)
	for _, s := range slow {
		n.cfg.Slow(s)
	}
	return more, err
}

func (n *Node) apply(p Page) (more bool, slow []Slow, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now, before := n.cfg.Clock(), n.holder.set.Applied()
	if p.Log == n.history {
		slow = n.subscribers.Expire(before, now)
	} else {
		n.subscribers.StartAnew()
		n.history = p.Log
	}
	more, err = n.holder.Follow(p, now)
	if n.holder.set.Applied() != before {
		n.tell()
	}
	return more, slow, err
}

// tell wakes those who wait for entries or acknowledgements. The caller holds mu.
func (n *Node) tell() {
	close(n.changed)
	n.changed = make(chan struct{})
}

// acked is up to where this node and those who follow through it have applied. The caller holds mu.
func (n *Node) acked(now Instant) Seq { return n.subscribers.Acked(n.holder.set.Applied(), now) }

func (n *Node) readRoll(ctx context.Context) error {
	if n.cfg.Roll == nil {
		return nil
	}
	holders, longest, err := n.cfg.Roll.Holders(ctx)
	if err != nil {
		return fmt.Errorf("read the holders of leases: %w", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.others, n.longest = holders, longest
	return nil
}

func (n *Node) loadRegistry(ctx context.Context, p Page) error {
	if n.loaded == p.Log && n.registry == p.Registry {
		return nil
	}
	if err := n.cfg.Registry(ctx); err != nil {
		return fmt.Errorf("read registry: %w", err)
	}
	n.loaded, n.registry = p.Log, p.Registry
	return nil
}

// Vouches is Holds for what another process found, as of a seq of a log. The mark was taken before the lease was looked at.
func (n *Node) Vouches(m Mark, log string, asof Seq, marks *Marks) bool {
	return n.holder.Vouches(m, log, asof, marks)
}
