//go:build !mutant_numberfirst

package revocation

// Apply takes entries in, which follow Applied in order and without gaps, and forgets those that were applied more than [Memory]
// before now. Entries are visible when it returns, and never in part.
//
// Applied is raised last, when all of the page is there and the set no longer counts as empty: who has read a number looks at a set that holds
// what is numbered, also without waiting for mu. And it is what a holder acknowledges. So when a taking-back returns, every question that begins
// then reads a number that is new to whoever had looked before.
func (s *Set) Apply(entries []Entry, now Instant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.Applied()
	for _, e := range entries {
		if e.Seq <= last {
			continue // delivered twice
		}
		s.put(e)
		s.arrive(e, now)
		last = e.Seq
	}
	s.size.Store(int64(len(s.recent)))
	s.applied.Store(uint64(last))
	s.forget(horizon(now))
	s.size.Store(int64(len(s.recent)))
}
