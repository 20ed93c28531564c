package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Work is how long the processors of this machine were busy since it was started.
type Work struct {
	Busy   time.Duration // for whomever
	Stolen time.Duration // wanted to be, while the host had them do something else
}

// Machine reads it, in hundredths of a second. It is an error where there is no proc_stat(5).
func Machine() (Work, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return Work{}, err
	}
	return parseMachine(string(text))
}

// parseMachine reads the first line of proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal. What guests use is counted as user too.
func parseMachine(text string) (w Work, err error) {
	const idle, iowait, steal = 3, 4, 7
	line, _, _ := strings.Cut(text, "\n")
	f := strings.Fields(line)
	if len(f) < steal+2 || f[0] != "cpu" {
		return w, errors.New("/proc/stat has no line cpu")
	}
	for i, text := range f[1 : steal+2] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return Work{}, fmt.Errorf("/proc/stat: %w", err)
		}
		switch took := time.Duration(n) * tick; i {
		case idle, iowait:
		case steal:
			w.Stolen = took
		default:
			w.Busy += took
		}
	}
	return w, nil
}
