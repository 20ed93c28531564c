package revocation

import "time"

// Instant is a reading of a [Clock]. Only differences between readings of one process mean anything; it never leaves the process.
type Instant time.Duration

// Add is the instant d later.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d) }

// Sub is the time from j to i.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i - j) }

// Clock reads the time since some start. It must never go back and must count the time the machine was suspended ([Boottime]):
// a lease that sleeps with the machine would be believed in the morning.
type Clock func() Instant
