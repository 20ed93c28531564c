package revocation

import "time"

// rateBound is r: how much faster or slower than real time a clock may run, as a part. Two clocks differ by twice that.
const rateBound = 0.01

// wakeMargin is added to every wait for somebody else's lease, for the scheduling between reading a clock and acting on it.
const wakeMargin = 50 * time.Millisecond
