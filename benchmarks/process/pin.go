package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Placement says on which processor the servers run and on which the load does.
type Placement struct {
	Pinned bool
	Server int
	Load   int
	Why    string // not pinned: why not
}

// Place looks for two processors that this process may use, and for a taskset that works.
func Place(ctx context.Context) Placement {
	if runtime.GOOS != "linux" {
		return Placement{Why: "processes are pinned on Linux only"}
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return Placement{Why: "which processors may be used is unknown: " + err.Error()}
	}
	cpus, err := allowed(string(status))
	if err != nil {
		return Placement{Why: err.Error()}
	}
	if len(cpus) < 2 {
		return Placement{Why: "there is one processor: servers and load take it from each other"}
	}
	p := Placement{Pinned: true, Server: cpus[0], Load: cpus[1]}
	for _, cpu := range []int{p.Server, p.Load} {
		if err := tryPin(ctx, cpu); err != nil {
			return Placement{Why: err.Error()}
		}
	}
	return p
}

func tryPin(ctx context.Context, cpu int) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "taskset", "-c", strconv.Itoa(cpu), "true").CombinedOutput()
	if err != nil {
		return fmt.Errorf("taskset does not pin: %w %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// allowed reads the processors from the Cpus_allowed_list line of proc_pid_status(5), such as "0-2,7".
func allowed(status string) ([]int, error) {
	const name = "Cpus_allowed_list:"
	for line := range strings.Lines(status) {
		if list, found := strings.CutPrefix(line, name); found {
			return parseCPUs(strings.TrimSpace(list))
		}
	}
	return nil, fmt.Errorf("/proc/self/status has no %s line", name)
}

func parseCPUs(list string) ([]int, error) {
	var cpus []int
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.ParseUint(first, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("list of processors %q: %w", list, err)
		}
		to, err := strconv.ParseUint(last, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("list of processors %q: %w", list, err)
		}
		if to < from {
			return nil, fmt.Errorf("list of processors %q: %q is no range", list, part)
		}
		for cpu := from; cpu <= to; cpu++ {
			cpus = append(cpus, int(cpu))
		}
	}
	return cpus, nil
}
