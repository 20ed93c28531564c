package cache

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/ristretto/v2"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Store is who is asked about what is not remembered.
type Store interface {
	Lookup(ctx context.Context, d session.Digest) (session.Finding, error)
	LookupID(ctx context.Context, id session.ID) (session.Finding, error)
}

// Config is what a [Cache] stands on. Zero numbers and durations mean the defaults, except that Capacity 0 remembers nothing.
type Config struct {
	Store Store
	// Node is the verdict on what is remembered. It may be nil when nothing is.
	Node     *revocation.Node
	Capacity int           // tokens, at about half a kilobyte each
	Loads    int           // look-ups under way at once; 64, what a database does with more is queue them
	Waiting  int           // digests with a look-up under way or waiting; 4096, at a few kilobytes each
	Patience time.Duration // how long a look-up may take, waiting included; 5 s
}

// Cache remembers tokens. All methods may be called by anybody at once, but Close.
type Cache struct {
	store   Store
	node    *revocation.Node                 // nil: there is nothing to judge by, and nothing is remembered
	memory  *ristretto.Cache[uint64, *entry] // nil: nothing is remembered
	flights *flights
	names   names
	counts  counts
	closed  atomic.Bool
}

// New checks the configuration.
func New(c Config) (*Cache, error) {
	c.Loads = defaulted(c.Loads, 64)
	c.Waiting = defaulted(c.Waiting, 4096)
	c.Patience = defaulted(c.Patience, 5*time.Second)
	switch {
	case c.Store == nil:
		return nil, errors.New("cache: no store")
	case c.Capacity < 0 || c.Capacity > maxCapacity:
		return nil, fmt.Errorf("cache: capacity is not between 0 and %d", maxCapacity)
	case c.Capacity > 0 && c.Node == nil:
		return nil, errors.New("cache: nobody follows the revocation log, so nothing may be remembered")
	case c.Loads < 0 || c.Waiting < c.Loads || c.Patience < 0:
		return nil, errors.New("cache: bounds of look-ups are negative, or fewer may wait than be under way")
	}
	k := &Cache{store: c.Store, node: c.Node}
	k.flights = newFlights(k.load, c.Loads, c.Waiting, c.Patience)
	if c.Capacity == 0 {
		return k, nil
	}
	var err error
	k.memory, err = ristretto.NewCache(&ristretto.Config[uint64, *entry]{
		NumCounters:        max(10*int64(c.Capacity), 1000), // ten per entry is what the library advises
		MaxCost:            int64(c.Capacity),
		BufferItems:        64,
		IgnoreInternalCost: true, // an entry costs 1, whatever the library needs beside it
	})
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	return k, nil
}

// maxCapacity keeps the library's counters below half a gigabyte or so.
const maxCapacity = 10_000_000

func defaulted[T int | time.Duration](v, standard T) T {
	if v == 0 {
		return standard
	}
	return v
}

// Close ends what runs in the background. The last Find has returned before; later ones get an error.
func (c *Cache) Close() {
	if c.closed.Swap(true) {
		return
	}
	c.flights.wait()
	if c.memory != nil {
		c.memory.Close()
	}
}

// fresh waits for a lease, if there is none.
func (c *Cache) fresh(ctx context.Context) error {
	if c.node == nil {
		return nil
	}
	return c.node.Fresh(ctx)
}

var errClosed = fmt.Errorf("%w: the cache is closed", session.ErrUnavailable)

// Find says what a digest stands for at a time, which is the caller's now. Admit, when not nil, is asked before the store is; its error is
// returned as it is, and the store is left alone.
func (c *Cache) Find(ctx context.Context, d session.Digest, at time.Time, admit func() error) (session.Found, error) {
	if c.closed.Load() {
		return session.Found{}, errClosed
	}
	e := c.remembered(d)
	if e != nil {
		if found, ok := c.believe(e, at); ok {
			c.counts.hit(d)
			return found, nil
		}
	}
	if err := c.fresh(ctx); err != nil {
		return session.Found{}, fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
	if e != nil { // it may only have been the lease
		if found, ok := c.believe(e, at); ok {
			c.counts.hit(d)
			return found, nil
		}
	}
	c.counts.misses.Add(1)
	if admit != nil {
		if err := admit(); err != nil {
			return session.Found{}, err
		}
	}
	e, joined, err := c.flights.ask(ctx, d)
	if joined {
		c.counts.joined.Add(1)
	}
	if err != nil {
		return session.Found{}, err
	}
	if e == nil {
		c.counts.unknown.Add(1)
		return session.Found{}, nil
	}
	found, _, ok := c.judge(e, at) // the store was asked after the question arrived: this needs no lease
	if !ok {
		return session.Found{}, errHistory
	}
	return found, nil
}

// errHistory is for a look-up during which the log became another one.
var errHistory = fmt.Errorf("%w: the revocation log changed while the token was looked up", session.ErrUnavailable)

func (c *Cache) remembered(d session.Digest) *entry {
	if c.memory == nil {
		return nil
	}
	e, ok := c.memory.Get(key(d))
	if !ok || !e.answers(d) {
		return nil
	}
	return e
}

func (c *Cache) remember(d session.Digest, e *entry) {
	// A refresh token may have been used since, and the log does not say so: the store is asked each time.
	if c.memory == nil || e.token.Kind != session.Access {
		return
	}
	c.memory.Set(key(d), e, 1)
}

// key is what the memory goes by. Two digests may share it.
func key(d session.Digest) uint64 { return binary.LittleEndian.Uint64(d[:8]) }
