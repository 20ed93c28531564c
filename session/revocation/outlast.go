//go:build !mutant_norate

package revocation

import "time"

// outlast is how long to wait on one clock so that d has passed on another.
func outlast(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (1 + rateBound) / (1 - rateBound))
}
