package revocation

import "time"

// rateBound is r: how much faster or slower than real time a clock may run, as a part. Two clocks differ by twice that.
const rateBound = 0.01

// wakeMargin is added to every wait for somebody else's lease, for the scheduling between reading a clock and acting on it.
const wakeMargin = 50 * time.Millisecond

// Wait is W: when so much has passed on the revoker's clock since its commit returned, every lease of length L that was counted from before
// the commit has ended on its holder's clock, however the two clocks run within the bound.
func Wait(lease time.Duration) time.Duration { return outlast(lease) + wakeMargin }

// outlast is how long to wait on one clock so that d has passed on another.
func outlast(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (1 + rateBound) / (1 - rateBound))
}
