package revocation

import (
	"testing"
	"time"
)

// The slowest clock within the bound counts d, and meanwhile the fastest one counts at most what it waits for.
func TestTheWaitOutlastsALeaseWhateverTheClocks(t *testing.T) {
	for _, lease := range []time.Duration{100 * time.Millisecond, 2 * time.Second, time.Minute} {
		real := float64(lease) / (1 - rateBound)
		counted := time.Duration(real * (1 + rateBound))
		if Wait(lease) < counted+wakeMargin-time.Microsecond {
			t.Errorf("Wait(%v) = %v, but the fastest clock counts %v meanwhile", lease, Wait(lease), counted)
		}
		if over := Wait(lease) - counted; over > 2*wakeMargin {
			t.Errorf("Wait(%v) is %v longer than it must be", lease, over)
		}
	}
}
