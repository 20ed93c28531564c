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
	read := func() int64 {
		var ts unix.Timespec
		_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts)
		return ts.Nano()
	}
	coarse.Store(read())
	go func() {
		for {
			now := read()
			time.Sleep(5 * time.Millisecond) // for a process that was stopped here it is another time meanwhile
			coarse.Store(now)
		}
	}()
})

// Boottime is a reading that somebody took a moment ago (pitfall P20).
func Boottime() Instant {
	tick()
	return Instant(coarse.Load())
}
