//go:build !mutant_monotonic

package revocation

import "time"

// reading counts the time that the machine slept (pitfall P21).
func (h *host) reading(now time.Duration) Instant {
	return h.offset + Instant(float64(now)*h.rate)
}
