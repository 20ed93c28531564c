package daemon

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestHeadroom(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		alive uint64
		want  int
	}{
		{0, 100}, {4 * mb, 100}, {42 * mb, 100}, {64 * mb, 75}, {100 * mb, 60}, {400 * mb, 35}, {4000 * mb, 25}, {1 << 50, 25},
	} {
		if got := headroom(c.alive); got != c.want {
			t.Errorf("headroom(%d MB) = %d %%, want %d %%", c.alive/mb, got, c.want)
		}
	}
}

func TestTheHeadroomNeverFallsWithTheHeap(t *testing.T) {
	before := uint64(0)
	for alive := uint64(1 << 20); alive < 1<<40; alive += alive/50 + 1 {
		room := alive * uint64(headroom(alive)) / 100
		// A step of the percentage is worth a twentieth of the heap.
		if room+alive/20 < before {
			t.Fatalf("of %d bytes alive %d are left free, but %d were with less alive", alive, room, before)
		}
		before = max(before, room)
	}
}

// keeping runs a keeper beside a test that needs the collector for itself.
func keeping(t *testing.T, check func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		ended <- keeper{every: time.Millisecond, log: slog.New(slog.NewTextHandler(io.Discard, nil))}.Run(ctx)
	}()
	check()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}

// percent waits until the collector has been told something.
func percentBecomes(t *testing.T, ok func(int) bool) bool {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if _, percent := heap(); ok(percent) {
			return true
		}
	}
	return false
}

func TestALargeHeapGetsLessHeadroomAndASmallOneTheStandard(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	debug.SetGCPercent(100)
	keeping(t, func() {
		much := make([]byte, 200<<20)
		runtime.GC()
		if !percentBecomes(t, func(p int) bool { return p < 100 }) {
			t.Error("200 MB are alive, and the headroom is still the standard")
		}
		runtime.KeepAlive(much)
		much = nil
		runtime.GC()
		if !percentBecomes(t, func(p int) bool { return p == 100 }) {
			t.Error("they are gone, and the headroom is still small")
		}
		much = make([]byte, 200<<20)
		runtime.GC()
		percentBecomes(t, func(p int) bool { return p < 100 })
		runtime.KeepAlive(much)
	})
	if _, percent := heap(); percent != 100 {
		t.Errorf("afterwards it is %d %%, want it as it was", percent)
	}
}

func TestWhoSetsTheCollectorHimselfIsNotOverruled(t *testing.T) {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOGC", "")
			t.Setenv("GOMEMLIMIT", "")
			t.Setenv(name, "100") // the runtime has read the environment long ago
			debug.SetGCPercent(100)
			keeping(t, func() {
				much := make([]byte, 200<<20)
				runtime.GC()
				time.Sleep(100 * time.Millisecond) // a hundred looks
				if _, percent := heap(); percent != 100 {
					t.Errorf("with %s in the environment the headroom was set to %d %%", name, percent)
				}
				runtime.KeepAlive(much)
			})
		})
	}
}
