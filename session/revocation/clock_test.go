package revocation

import (
	"io"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestBoottimeGoesOn(t *testing.T) {
	a := Boottime()
	time.Sleep(2 * time.Millisecond)
	if d := Boottime().Sub(a); d < 2*time.Millisecond || d > time.Minute {
		t.Errorf("two readings 2 ms apart differ by %v", d)
	}
}

// Each reading is later than all that anybody has finished before it began, and the profiler, which interrupts a thread wherever it is, does no harm.
func TestBoottimeNeverGoesBack(t *testing.T) {
	if err := pprof.StartCPUProfile(io.Discard); err == nil { // else this run of the tests is being profiled as it is
		defer pprof.StopCPUProfile()
	}
	var last atomic.Int64
	var running sync.WaitGroup
	end := time.Now().Add(300 * time.Millisecond)
	for range 8 {
		running.Go(func() {
			for n := 0; n%1000 != 0 || time.Now().Before(end); n++ {
				before := last.Load()
				now := int64(Boottime())
				if now < before {
					t.Errorf("%d was read after %d", now, before)
					return
				}
				for now > before && !last.CompareAndSwap(before, now) {
					before = last.Load()
				}
			}
		})
	}
	running.Wait()
}
