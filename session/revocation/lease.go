package revocation

import "time"

// Lease says until when a process may believe its set. It is a plain value without clock, timer or lock: whoever holds it passes in
// readings of its own clock. The zero Lease has ended.
type Lease struct{ until Instant }

// Extend counts from the reading that was taken before the renewal was sent, never from when its answer came (pitfall P11), and never
// shortens what was granted before.
func (l Lease) Extend(begun Instant, length time.Duration) Lease {
	return Lease{max(l.until, begun.Add(length))}
}

// Live reports whether the lease still runs. Ask at each check with a fresh reading; a remembered "live" is worth nothing (pitfall P20).
func (l Lease) Live(now Instant) bool { return now < l.until }

// Rest is what remains, 0 when it has ended.
func (l Lease) Rest(now Instant) time.Duration { return max(0, l.until.Sub(now)) }
