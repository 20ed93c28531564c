//go:build mutant_monotonic

package revocation

import "time"

// reading stands still while the machine sleeps.
func (h *host) reading(now time.Duration) Instant {
	return h.offset + Instant(float64(now-h.slept)*h.rate)
}
