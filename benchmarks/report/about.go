package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// about is where, when and how.
func (r *Report) about() []Setting {
	m, s := r.Machine, r.Settings
	out := []Setting{
		{"run", fmt.Sprintf("%s, took %s", r.Started.UTC().Format(time.RFC3339), time.Duration(r.Seconds*float64(time.Second)).Round(time.Second))},
		{"commit", r.Commit},
		{"command", s.Command},
		{"machine", fmt.Sprintf("%s, %d processors, %s of memory, %s, databases on %s, %s", m.Processor, m.Processors, memory(m.Memory), m.System, m.Filesystem, m.Go)},
		{"placement", m.Placement},
		{"processors used by others", r.disturbed()},
		{"modes", strings.Join(s.Modes, ", ")},
		{"stores", strings.Join(s.Stores, ", ")},
		{"sessions", integers(s.Sessions)},
	}
	if s.Seed != 0 {
		out = append(out, Setting{"seed", strconv.FormatUint(s.Seed, 10)})
	}
	if len(r.Rows) > 0 {
		out = append(out, Setting{"floor", fmt.Sprintf(
			"%d rounds that alternate over the rows, windows of %gs, closed loop over keep-alive connections on loopback, every answer checked", s.Rounds, s.Window)})
	}
	out = append(out, s.Others...)
	out = append(out, Setting{"figures", "the median of the rounds [smallest..largest]; ratios are taken within a round"})
	kept := out[:0]
	for _, o := range out {
		if o.Value != "" {
			kept = append(kept, o)
		}
	}
	return kept
}

// memory reads a size as the system gives it: "24684332 kB" is 25.3 GB.
func memory(text string) string {
	number, found := strings.CutSuffix(text, " kB")
	n, err := strconv.ParseFloat(number, 64)
	if !found || err != nil {
		return text
	}
	return fmt.Sprintf("%.1f GB", n*1024/1e9)
}

func integers(numbers []int) string {
	var out []string
	for _, n := range numbers {
		out = append(out, strconv.Itoa(n))
	}
	return strings.Join(out, ", ")
}
