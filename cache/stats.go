package cache

import (
	"sync/atomic"

	"github.com/introspectd/introspectd/session"
)

// Stats counts what happened since the start.
type Stats struct {
	Hits       uint64 // questions answered from memory
	Misses     uint64 // questions that needed the store
	Refused    uint64 // answers, from memory or not, that the revocation set turned into a no
	Loads      uint64 // look-ups
	Groups     uint64 // of look-ups that the store was asked for together
	Joined     uint64 // questions that shared a look-up that another had asked for
	Unknown    uint64 // questions about digests that the store does not know
	Failures   uint64 // look-ups that failed
	Remembered int    // tokens in memory now
	Capacity   int
}

// Stats is what was counted.
func (c *Cache) Stats() Stats {
	s := Stats{
		Hits: c.counts.allHits(), Misses: c.counts.misses.Load(), Refused: c.counts.refused.Load(), Loads: c.counts.loads.Load(), Groups: c.counts.groups.Load(),
		Joined: c.counts.joined.Load(), Unknown: c.counts.unknown.Load(), Failures: c.counts.failures.Load(),
	}
	if c.memory != nil && !c.closed.Load() {
		s.Capacity = int(c.memory.MaxCost())
		s.Remembered = s.Capacity - int(c.memory.RemainingCost())
	}
	return s
}

type counts struct {
	hits                                                      [16]stripe
	misses, refused, loads, groups, joined, unknown, failures atomic.Uint64
}

// stripe has a cache line for itself: all processors count hits at once.
type stripe struct {
	atomic.Uint64
	_ [56]byte
}

func (c *counts) hit(d session.Digest) { c.hits[d[len(d)-1]%16].Add(1) }

func (c *counts) allHits() (sum uint64) {
	for i := range c.hits {
		sum += c.hits[i].Load()
	}
	return sum
}
