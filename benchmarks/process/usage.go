package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Usage is what a process has used so far.
type Usage struct {
	CPU time.Duration // utime + stime, all threads
	RSS int64         // resident bytes now
}

// tick is the unit of utime and stime. Linux says USER_HZ = 100 to programs on every architecture that Go runs on, whatever the kernel's own HZ.
const tick = time.Second / 100

// Tick is how finely processor time is known at worst: a window should be a hundred times longer.
const Tick = tick

// Of reads the usage of a process from the system: its CPU-time clock where there is one, else what /proc counts in ticks.
func Of(pid int) (Usage, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return Usage{}, fmt.Errorf("usage of process %d: %w", pid, err)
	}
	u, err := parseStat(string(text), os.Getpagesize())
	if err != nil {
		return Usage{}, fmt.Errorf("usage of process %d: %w", pid, err)
	}
	if fine, ok := cpuOf(pid); ok {
		u.CPU = fine
	}
	return u, nil
}

// Fields of proc_pid_stat(5), counted from 0 after the closing parenthesis of the name.
const (
	fieldParent = 4 - 3
	fieldUtime  = 14 - 3
	fieldStime  = 15 - 3
	fieldCutime = 16 - 3
	fieldCstime = 17 - 3
	fieldRSS    = 24 - 3
)

// parseStat reads one line of /proc/PID/stat.
func parseStat(line string, pageSize int) (Usage, error) {
	n, err := statFields(line, fieldUtime, fieldStime, fieldRSS)
	if err != nil {
		return Usage{}, err
	}
	return Usage{CPU: time.Duration(n[0]+n[1]) * tick, RSS: n[2] * int64(pageSize)}, nil
}

// statFields are counts of a stat line. The name in parentheses may hold anything, spaces and parentheses too, so counting begins after the
// last one.
func statFields(line string, which ...int) ([]int64, error) {
	end := strings.LastIndexByte(line, ')')
	if end < 0 {
		return nil, errors.New("stat line has no name")
	}
	fields := strings.Fields(line[end+1:])
	if len(fields) <= fieldRSS {
		return nil, fmt.Errorf("stat line has %d fields after the name, want more than %d", len(fields), fieldRSS)
	}
	out := make([]int64, len(which))
	for i, f := range which {
		v, err := strconv.ParseInt(fields[f], 10, 64)
		if err != nil || v < 0 {
			return nil, fmt.Errorf("stat field %d is %q, want a count", f+3, fields[f])
		}
		out[i] = v
	}
	return out, nil
}
