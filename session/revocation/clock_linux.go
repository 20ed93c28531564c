//go:build (!cgo || race) && !mutant_coarseclock

package revocation

import (
	"time"

	"golang.org/x/sys/unix"
)

// Boottime reads CLOCK_BOOTTIME by a system call, where there is no C library to read it faster. The runtime's own monotonic time is
// CLOCK_MONOTONIC, which stands still during suspension.
func Boottime() Instant {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		// The kernel has had this clock since 2.6.39; without it no lease can be trusted.
		panic("revocation: CLOCK_BOOTTIME: " + err.Error())
	}
	return Instant(time.Duration(ts.Sec)*time.Second + time.Duration(ts.Nsec))
}
