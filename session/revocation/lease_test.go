package revocation

import (
	"testing"
	"time"
)

func TestALeaseRunsFromItsBeginningForItsLength(t *testing.T) {
	const second = Instant(time.Second)
	long := Lease{}.Extend(10*second, 2*time.Second)
	for _, c := range []struct {
		name  string
		lease Lease
		now   Instant
		rest  time.Duration
	}{
		{"the zero lease has ended", Lease{}, 0, 0},
		{"at its beginning", long, 10 * second, 2 * time.Second},
		{"just before its end", long, 12*second - 1, 1},
		{"at its end", long, 12 * second, 0},
		{"long after its end", long, 100 * second, 0},
		{"lengthened by a later renewal", long.Extend(11*second, 2*time.Second), 12 * second, time.Second},
		{"not shortened by an earlier one that comes late", long.Extend(9*second, 2*time.Second), 11 * second, time.Second},
		{"not shortened by a shorter one", long.Extend(11*second, 0), 11 * second, time.Second},
	} {
		if got := c.lease.Rest(c.now); got != c.rest {
			t.Errorf("%s: Rest = %v, want %v", c.name, got, c.rest)
		}
		if got := c.lease.Live(c.now); got != (c.rest > 0) {
			t.Errorf("%s: Live = %v with %v left", c.name, got, c.rest)
		}
	}
}
