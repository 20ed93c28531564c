//go:build !linux

package process

import "time"

// cpuOf: only Linux has a clock for another process.
func cpuOf(int) (time.Duration, bool) { return 0, false }
