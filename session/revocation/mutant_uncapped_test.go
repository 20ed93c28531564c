//go:build mutant_uncapped

package revocation

import "time"

// sublease is a lease of full length.
func (s *Subscribers) sublease(node Lease, now Instant) time.Duration {
	if !node.Live(now) {
		return 0
	}
	return s.length
}
