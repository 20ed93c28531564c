package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Written is how many bytes a process has caused to be written to storage so far, as the system counts them (proc_pid_io(5)).
func Written(pid int) (int64, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/io")
	if err != nil {
		return 0, fmt.Errorf("bytes written by process %d: %w", pid, err)
	}
	return parseWritten(string(text))
}

func parseWritten(text string) (int64, error) {
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, "write_bytes: "); found {
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil || n < 0 {
				return 0, fmt.Errorf("write_bytes is %q, want a count", value)
			}
			return n, nil
		}
	}
	return 0, fmt.Errorf("there is no count of written bytes among %q", text)
}
