//go:build linux && mutant_coarseclock

package revocation

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

var coarse atomic.Int64

var tick = sync.OnceFunc(func() {
	read := func() {
		var ts unix.Timespec
		_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts)
		coarse.Store(ts.Nano())
	}
	read()
	go func() {
		for {
			time.Sleep(5 * time.Millisecond)
			read()
		}
	}()
})

// Boottime is a reading that somebody took a moment ago (pitfall P20).
func Boottime() Instant {
	tick()
	return Instant(coarse.Load())
}
