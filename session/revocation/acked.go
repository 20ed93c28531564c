//go:build !mutant_ackalone

package revocation

// Acked is the seq up to which the node may acknowledge: what it has applied itself (pitfall P13), and each subscriber that may still believe
// (pitfall P19).
func (s *Subscribers) Acked(applied Seq, now Instant) Seq {
	for _, sub := range s.known {
		if now < sub.ends {
			applied = min(applied, sub.applied)
		}
	}
	return applied
}
