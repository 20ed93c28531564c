package load

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestAScheduleHasItsRateAndIsAscending(t *testing.T) {
	for _, rate := range []float64{1, 50, 20_000} {
		window := time.Duration(20_000 / rate * float64(time.Second))
		at := schedule(rate, window, 0, 1)
		if n := float64(len(at)); math.Abs(n-20_000) > 1000 {
			t.Errorf("%g a second for %s: %g arrivals, want about 20000", rate, window, n)
		}
		if !slices.IsSorted(at) || at[0] < 0 || at[len(at)-1] >= window {
			t.Errorf("%g a second: arrivals from %s to %s of %s, want them ascending within it", rate, at[0], at[len(at)-1], window)
		}
	}
}

// Pauses that are all alike would never have two callers ask at once, which is when queues grow.
func TestPausesVaryAsThoseBetweenStrangersDo(t *testing.T) {
	at := schedule(1000, 20*time.Second, 0, 1)
	short := 0
	for i := 1; i < len(at); i++ {
		if at[i]-at[i-1] < time.Millisecond {
			short++
		}
	}
	if share := float64(short) / float64(len(at)); math.Abs(share-(1-1/math.E)) > 0.02 {
		t.Errorf("%.3f of the pauses are shorter than the mean, want %.3f", share, 1-1/math.E)
	}
}

func TestASeedIsASchedule(t *testing.T) {
	a, b, c := schedule(100, time.Second, 0, 1), schedule(100, time.Second, 0, 1), schedule(100, time.Second, 0, 2)
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Errorf("the same seed is the same: %t; another is another: %t", slices.Equal(a, b), !slices.Equal(a, c))
	}
	if got := schedule(100, time.Second, 7, 1); !slices.Equal(got, a[:7]) {
		t.Errorf("the first seven of the same seed are %v, want %v", got, a[:7])
	}
}
