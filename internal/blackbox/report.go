package blackbox

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Durations are the quantiles of how long something took.
type Durations struct {
	Count          int
	P50, P99, Most time.Duration
}

func (d Durations) String() string {
	ms := func(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
	return fmt.Sprintf("%d times, p50 %v, p99 %v, most %v", d.Count, ms(d.P50), ms(d.P99), ms(d.Most))
}

// Settled is how long daemons took for what they took back.
func Settled(h History) Durations {
	var all []time.Duration
	for _, o := range h.Ops {
		if o.Key != "" && o.Outcome == Done && o.Who != commandLineName {
			all = append(all, o.Took())
		}
	}
	if len(all) == 0 {
		return Durations{}
	}
	slices.Sort(all)
	at := func(percent int) time.Duration { return all[(len(all)-1)*percent/100] }
	return Durations{len(all), at(50), at(99), all[len(all)-1]}
}

const commandLineName = "command line"

// Keep writes a history into a folder: what it was, all calls and events in the order of their call, and the last words of each process. A picture of
// the first token whose life breaks the promise is beside it.
func Keep(folder, title string, h History, said map[string]string) error {
	f, err := os.Create(filepath.Join(folder, "history.txt"))
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	v := Judge(h)
	fmt.Fprintf(w, "%s\n%v\n%s\n", title, v, v.Worst())
	write(w, h)
	for who, words := range said {
		fmt.Fprintf(w, "\n%s said at last:\n%s\n", who, words)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(v.Broken) == 0 {
		return nil
	}
	return Picture(h, v.Broken[0].Answer.Token, filepath.Join(folder, "token.html"))
}

func write(w io.Writer, h History) {
	type line struct {
		at    Instant
		words string
	}
	var lines []line
	for _, t := range h.Tokens {
		fmt.Fprintf(w, "token %d: session %s, subject %s, client %s\n", t.Number, t.Session, t.Subject, t.Client)
	}
	for _, o := range h.Ops {
		lines = append(lines, line{o.Call, o.String()})
	}
	for _, e := range h.Events {
		lines = append(lines, line{e.At, fmt.Sprintf("[%v] ** %s", e.At, e.Words)})
	}
	slices.SortStableFunc(lines, func(a, b line) int { return int(a.at - b.at) })
	for _, l := range lines {
		fmt.Fprintln(w, l.words)
	}
}
