//go:build mutant_believelong

package revocation

// Forgotten believes for ever.
func Forgotten(_, _ Instant) bool { return false }
