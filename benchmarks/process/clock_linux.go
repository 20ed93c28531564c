package process

import (
	"time"

	"golang.org/x/sys/unix"
)

// maxPID is the kernel's PID_MAX_LIMIT: a larger number has no room in a clock's id.
const maxPID = 4 << 20

// cpuOf asks the kernel for a process's CPU-time clock (clock_getcpuclockid(3)), which counts nanoseconds where /proc counts hundredths of a
// second. It is the same sum of all threads. False: there is no such clock here.
func cpuOf(pid int) (time.Duration, bool) {
	const scheduled = 2 // CPUCLOCK_SCHED
	if pid <= 0 || pid > maxPID {
		return 0, false
	}
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduled), &ts); err != nil {
		return 0, false
	}
	return time.Duration(ts.Nano()), true
}
