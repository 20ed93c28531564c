package guard

import (
	"testing"
	"time"
)

// The monotonic clock stands still while a machine sleeps, and the other one may be set back: the one that says more counts.
func TestTheAgeOfAnAnswerGoesByBothClocks(t *testing.T) {
	const ttl = 30 * time.Second
	for _, c := range []struct {
		monotonic, wall time.Duration
		want            bool
	}{
		{0, 0, true},
		{29 * time.Second, 29 * time.Second, true},
		{ttl, ttl, false},
		{time.Second, time.Hour, false},  // slept
		{time.Minute, -time.Hour, false}, // set back
		{time.Second, -time.Hour, true},
	} {
		if got := within(ttl, c.monotonic, c.wall); got != c.want {
			t.Errorf("within(%v, %v, %v) = %v, want %v", ttl, c.monotonic, c.wall, got, c.want)
		}
	}
	now := time.Now()
	if younger(now, now.Round(0).Add(ttl), ttl) || !younger(now, now.Add(ttl-1), ttl) {
		t.Error("younger does not go by the times that it is given")
	}
}
