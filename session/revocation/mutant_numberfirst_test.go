//go:build mutant_numberfirst

package revocation

// Apply numbers the page and then takes it in.
func (s *Set) Apply(entries []Entry, now Instant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.Applied()
	if n := len(entries); n > 0 {
		s.applied.Store(uint64(max(known, entries[n-1].Seq)))
	}
	for _, e := range entries {
		if e.Seq > known {
			s.put(e)
			s.arrive(e, now)
		}
	}
	s.forget(horizon(now))
	s.size.Store(int64(len(s.recent)))
}
