//go:build mutant_shortwait

package revocation

import "time"

// Wait is less than a lease.
func Wait(lease time.Duration) time.Duration { return outlast(lease)/2 + wakeMargin }
