//go:build !mutant_believelong

package revocation

import "time"

// Forgotten reports whether something remembered since an instant is too old to be believed, because entries that cover it may be
// forgotten by now.
func Forgotten(since, now Instant) bool { return now.Sub(since) >= Memory-time.Second }
