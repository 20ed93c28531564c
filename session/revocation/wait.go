//go:build !mutant_shortwait

package revocation

import "time"

// Wait is W: when so much has passed on the revoker's clock since its commit returned, every lease of length L that was counted from before
// the commit has ended on its holder's clock, however the two clocks run within the bound (pitfall P14).
func Wait(lease time.Duration) time.Duration { return outlast(lease) + wakeMargin }
