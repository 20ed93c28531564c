//go:build !mutant_forgetsoon

package revocation

// horizon is the instant before which entries were applied that are forgotten now: longer ago than anything remembered is believed
// (pitfall P24).
func horizon(now Instant) Instant { return now.Add(-Memory) }
