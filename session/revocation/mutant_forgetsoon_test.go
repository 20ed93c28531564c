//go:build mutant_forgetsoon

package revocation

// horizon makes room early.
func horizon(now Instant) Instant { return now.Add(-Memory / 2) }
