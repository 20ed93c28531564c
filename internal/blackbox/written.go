package blackbox

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Written is what remains of a long run: enough to hold it again, and to say what was shown.
type Written struct {
	Name   string // of the test
	On     string // what it ran on, such as "three daemons and two services on PostgreSQL"
	Seed   uint64
	Lasted time.Duration
	Faults map[string]int
	Ways   map[string]int
	Verdict
	Settled Durations
}

// WaysOf counts the takings-back of a history that were done, by what was named.
func WaysOf(h History) map[string]int {
	counts := map[string]int{}
	for _, o := range h.Ops {
		if o.Key == "" || o.Outcome != Done {
			continue
		}
		for i := range ways {
			if strings.HasPrefix(o.Words, "by "+ways[i]+" ") {
				counts[ways[i]]++
			}
		}
	}
	return counts
}

// Markdown writes it as a section.
func (r Written) Markdown(w io.Writer) error {
	_, err := fmt.Fprintf(w, `## %s

On %s, for %v, seed %d.

| | |
|-|-|
| calls judged | **%d**: %d answered active, %d inactive, %d takings-back |
| tokens | %d |
| without an answer, which says nothing | %d questions, %d takings-back |
| active after a taking-back had returned (violations) | **%d** |
| inactive before anybody began to take back | **%d** |
| active after somebody else's early refusal, which is allowed | %d |
| settled by daemons, faults included | %v |

| taken back by | times |
|-|-|
%s
| fault | times |
|-|-|
%s
`, r.Name, r.On, r.Lasted.Round(time.Second), r.Seed, r.Judged(), r.Active, r.Inactive, r.TakenBack, r.Tokens, r.NoAnswer, r.NotTaken,
		len(r.Broken), len(r.Premature), r.Early, r.Settled, rows(r.Ways), rows(r.Faults))
	return err
}

func rows(counts map[string]int) (text string) {
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		text += fmt.Sprintf("| %s | %d |\n", name, counts[name])
	}
	return text
}
