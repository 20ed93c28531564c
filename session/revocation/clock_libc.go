//go:build linux && cgo && !race && !mutant_coarseclock

package revocation

// #include <stdint.h>
// #include <time.h>
//
// static int64_t boottime(void) {
//	struct timespec t;
//	if (clock_gettime(CLOCK_BOOTTIME, &t) != 0) return -1;
//	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
// }
import "C"

// Boottime reads CLOCK_BOOTTIME through the C library, which asks the page that the kernel maps into every process (vDSO) and so takes a quarter
// of the time of a system call. Go's own way to that page is closed to us, and reads CLOCK_MONOTONIC only.
//
// It is not used under the race detector, to which each call into C looks like a lock that everybody takes: it would see no race any more
// between two goroutines that have read the clock.
func Boottime() Instant {
	now := C.boottime()
	if now < 0 {
		panic("revocation: no CLOCK_BOOTTIME") // see clock_linux.go
	}
	return Instant(now)
}
