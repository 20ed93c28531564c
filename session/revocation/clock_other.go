//go:build !linux

package revocation

import (
	"sync"
	"time"
)

var elapsed struct {
	sync.Mutex
	at   time.Time // the last reading, with its monotonic part
	read Instant
}

// Boottime approximates a clock that counts suspension where the system offers us none: each reading moves on by the larger of what the
// monotonic and the wall clock say has passed. A wall clock set forward ends leases early; one set back changes nothing.
func Boottime() Instant {
	elapsed.Lock()
	defer elapsed.Unlock()
	now := time.Now()
	if !elapsed.at.IsZero() {
		wall := now.Round(0).Sub(elapsed.at.Round(0))
		elapsed.read = elapsed.read.Add(max(now.Sub(elapsed.at), wall, 0))
	}
	elapsed.at = now
	return elapsed.read
}
