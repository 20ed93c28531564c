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
	LookupEach(ctx context.Context, ds []session.Digest) []session.Looked
	LookupID(ctx context.Context, id session.ID) (session.Finding, error)
}

// Config is what a [Cache] stands on. Zero numbers and durations mean the defaults, except that Capacity 0 remembers nothing.
type Config struct {
	Store Store
	// Node is the verdict on what is remembered. It may be nil when nothing is.
	Node     *revocation.Node
	Capacity int           // tokens, at 330 to 410 bytes each
	Loads    int           // groups of look-ups under way at once; 4, as many as there are connections that read: more would wait there
	Waiting  int           // digests with a look-up under way or waiting, beside those of who ends sessions; 4096, at a few kilobytes each
	Patience time.Duration // how long a look-up may take, waiting included; 5 s
}

// Cache remembers tokens. All methods may be called by anybody at once, but Close.
type Cache struct {
	store   Store
	node    *revocation.Node               // nil: there is nothing to judge by, and nothing is remembered
	memory  *ristretto.Cache[uint64, kept] // nil: nothing is remembered
	flights *flights
	names   names
	counts  counts
	closed  atomic.Bool
}

// New checks the configuration.
func New(c Config) (*Cache, error) {
	c.Loads = defaulted(c.Loads, 4)
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
	k.memory, err = ristretto.NewCache(&ristretto.Config[uint64, kept]{
		NumCounters:        max(countersEach*int64(c.Capacity), 1000),
		MaxCost:            int64(c.Capacity),
		BufferItems:        64,
		IgnoreInternalCost: true, // an entry costs 1, whatever the library needs beside it
		KeyToHash:          func(key uint64) (uint64, uint64) { return key, 0 },
	})
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	return k, nil
}

// countersEach is half of what the library advises. Its counters say what was popular in the last countersEach times the capacity of questions, and
// tokens come and go: where the popular ones change, half as many counters answer a tenth more of the questions from a memory that is too
// small for all, and where they stay the same two in a hundred fewer.
const countersEach = 5

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
func (c *Cache) Find(ctx context.Context, d session.Digest, at time.Time, admit func() error) (found session.Found, err error) {
	k, standing, err := c.find(ctx, d, at, admit)
	if standing != session.Unknown {
		k.found(standing, &found)
	}
	return found, err
}

// find returns what is known of a token and what it is worth.
func (c *Cache) find(ctx context.Context, d session.Digest, at time.Time, admit func() error) (k known, standing session.Standing, err error) {
	if c.closed.Load() {
		return known{}, session.Unknown, errClosed
	}
	k, remembered := c.remembered(d)
	if remembered {
		if standing, ok := c.believe(&k, at); ok {
			c.counts.hit(d)
			return k, standing, nil
		}
	}
	if err := c.fresh(ctx); err != nil {
		return known{}, session.Unknown, fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
	if remembered { // it may only have been the lease
		if standing, ok := c.believe(&k, at); ok {
			c.counts.hit(d)
			return k, standing, nil
		}
	}
	c.counts.misses.Add(1)
	if admit != nil {
		if err := admit(); err != nil {
			return known{}, session.Unknown, err
		}
	}
	flight, err := c.ask(ctx, d, false)
	if err != nil {
		return known{}, session.Unknown, err
	}
	if flight.known == nil {
		c.counts.unknown.Add(1)
		return known{}, session.Unknown, nil
	}
	standing, _, ok := c.judge(flight.known, at) // the store was asked after the question arrived: this needs no lease
	if !ok {
		return known{}, session.Unknown, errHistory
	}
	return *flight.known, standing, nil
}

func (c *Cache) ask(ctx context.Context, d session.Digest, anyway bool) (*flight, error) {
	of, joined, err := c.flights.ask(ctx, d, anyway)
	if joined {
		c.counts.joined.Add(1)
	}
	return of, err
}

// Lookup is what the store says of a digest when it is asked after the call, as [session.Reader] has it, together with what others ask. It is for who
// changes something by it: memory and lease have no part in it, and he finds a place however many questions wait. A store that lags behind what is
// known here has not answered. He comes to a group that may have waited for long already; when its time is over and his is not, he asks again.
func (c *Cache) Lookup(ctx context.Context, d session.Digest) (session.Finding, error) {
	patient, cancel := context.WithTimeout(ctx, c.flights.patience)
	defer cancel()
	for !c.closed.Load() {
		of, err := c.ask(ctx, d, true)
		if err == nil {
			return *of.read, nil
		}
		if of == nil || !of.late || patient.Err() != nil {
			return session.Finding{}, err
		}
	}
	return session.Finding{}, errClosed
}

// errHistory is for a look-up during which the log became another one.
var errHistory = fmt.Errorf("%w: the revocation log changed while the token was looked up", session.ErrUnavailable)

func (c *Cache) remembered(d session.Digest) (known, bool) {
	if c.memory == nil {
		return known{}, false
	}
	k, ok := c.memory.Get(key(d))
	if !ok || !k.facts.answers(d) {
		return known{}, false
	}
	return k.known(), true
}

func (c *Cache) remember(d session.Digest, k *known) {
	// A refresh token may have been used since, and the log does not say so: the store is asked each time.
	if c.memory == nil || k.Kind != session.Access {
		return
	}
	c.memory.Set(key(d), k.keep(), 1)
}

// key is what the memory goes by. Two digests may share it.
func key(d session.Digest) uint64 { return binary.LittleEndian.Uint64(d[:8]) }
