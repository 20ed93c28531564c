//go:build !mutant_uncapped && !mutant_stalegrant

package revocation

import "time"

// sublease is for how long a subscriber may believe: not longer than the node may (pitfall P18).
func (s *Subscribers) sublease(node Lease, now Instant) time.Duration { return node.Rest(now) }
