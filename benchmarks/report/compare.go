package report

import (
	"fmt"
	"math"
	"slices"
)

// Comparison is what two reports say about the same figures.
type Comparison struct {
	Before, After string       // which runs they are
	Differs       []string     // between machines and settings: each may be the reason of a change
	Disturbed     [2]string    // what part of the processors others had, in either run
	Drift         string       // of the machine, as sentence
	Lines         []Difference // all that either measured, in the order of the later report
}

// Difference is one figure, before and after.
type Difference struct {
	Where, What   string // section or table; line and quantity
	Unit          string
	Before, After *Spread // nil: not measured
	Better        int     // as of a Column
	Noise         float64 // that there is between the runs, as a part
}

// Rounds that both sides need before a change is one: two of two rounds miss each other by chance once in three times.
const enoughRounds = 3

// The verdicts on a difference.
const (
	Changed     = "changed"
	WithinNoise = "within the noise"
	TooFew      = "too few rounds"
	OnlyBefore  = "only before"
	OnlyAfter   = "only after"
)

// Verdict goes by ranges of three rounds or more. That two of three have no value in common happens once in ten times though nothing changed; that the gap between
// them is wider than either, once in a hundred. What the machine itself has changed by between the runs, ranges do not show.
func (d Difference) Verdict() string {
	switch {
	case d.After == nil:
		return OnlyBefore
	case d.Before == nil:
		return OnlyAfter
	case d.Before.N < enoughRounds || d.After.N < enoughRounds:
		return TooFew
	case apart(*d.Before, *d.After, d.Noise):
		return Changed
	}
	return WithinNoise
}

// apart says whether two ranges differ by more than noise does.
func apart(a, b Spread, noise float64) bool {
	if a.Min > b.Min {
		a, b = b, a
	}
	gap := b.Min - a.Max
	switch {
	case gap <= 0:
		return false
	case a.Max == 0, a.Min == a.Max && b.Min == b.Max: // none and some; or counted, and the same in each round
		return true
	}
	return gap > max(a.Max-a.Min, b.Max-b.Min) && gap > noise*math.Abs(a.Max)
}

// Ratio is the median after over the median before, where that is defined.
func (d Difference) Ratio() (float64, bool) {
	if d.Before == nil || d.After == nil || d.Before.Median == 0 {
		return 0, false
	}
	return d.After.Median / d.Before.Median, true
}

// Direction says whether a change is for the better, where that can be said.
func (d Difference) Direction() string {
	if d.Verdict() != Changed || d.Better == 0 {
		return ""
	}
	if (d.After.Median > d.Before.Median) == (d.Better > 0) {
		return "better"
	}
	return "worse"
}

// name tells figures apart.
type name struct{ where, line, quantity string }

type figureOf struct {
	name
	spoken Difference // with After only
}

// Compare pairs the figures of a and of the later b by their keys.
func Compare(a, b *Report) Comparison {
	out := Comparison{Before: a.label(), After: b.label(), Differs: differs(a, b), Disturbed: [2]string{a.disturbance(), b.disturbance()}}
	before := map[name]Difference{}
	for _, f := range a.figures() {
		before[f.name] = f.spoken
	}
	moved := drift{}
	for _, f := range b.figures() {
		if old, ok := before[f.name]; ok {
			moved.see(f.name, Difference{Before: old.After, After: f.spoken.After})
		}
	}
	out.Drift = moved.words()
	for _, f := range b.figures() {
		d := f.spoken
		d.Noise = moved.noise(f.quantity)
		if old, ok := before[f.name]; ok {
			d.Before = old.After
			delete(before, f.name)
		}
		out.Lines = append(out.Lines, d)
	}
	for _, f := range a.figures() {
		if d, left := before[f.name]; left {
			d.Before, d.After = d.After, nil
			out.Lines = append(out.Lines, d)
		}
	}
	return out
}

func (r *Report) label() string {
	return fmt.Sprintf("%s, commit %s", r.Started.UTC().Format("2006-01-02 15:04:05Z"), r.Commit)
}

// differs names what was not the same, apart from the program itself.
func differs(a, b *Report) []string {
	var out []string
	say := func(what string, before, after any) {
		if x, y := fmt.Sprint(before), fmt.Sprint(after); x != y {
			out = append(out, fmt.Sprintf("%s: before %s, after %s", what, x, y))
		}
	}
	say("processor", a.Machine.Processor, b.Machine.Processor)
	say("processors", a.Machine.Processors, b.Machine.Processors)
	say("memory", a.Machine.Memory, b.Machine.Memory)
	say("system", a.Machine.System, b.Machine.System)
	say("filesystem", a.Machine.Filesystem, b.Machine.Filesystem)
	say("Go", a.Machine.Go, b.Machine.Go)
	say("placement", a.Machine.Placement, b.Machine.Placement)
	say("rounds", a.Settings.Rounds, b.Settings.Rounds)
	say("window", a.Settings.Window, b.Settings.Window)
	say("connections", a.Settings.Connections, b.Settings.Connections)
	say("sessions", a.Settings.Sessions, b.Settings.Sessions)
	say("full", a.Settings.Full, b.Settings.Full)
	say("seed", a.Settings.Seed, b.Settings.Seed)
	say("modes", a.Settings.Modes, b.Settings.Modes)
	say("stores", a.Settings.Stores, b.Settings.Stores)
	return append(out, othersDiffer(a.Settings.Others, b.Settings.Others)...)
}

func othersDiffer(a, b []Setting) []string {
	const absent = "not set"
	value := func(in []Setting, name string) string {
		if i := slices.IndexFunc(in, func(s Setting) bool { return s.Name == name }); i >= 0 {
			return in[i].Value
		}
		return absent
	}
	var out []string
	seen := map[string]bool{}
	for _, s := range slices.Concat(a, b) {
		if x, y := value(a, s.Name), value(b, s.Name); x != y && !seen[s.Name] {
			seen[s.Name] = true
			out = append(out, fmt.Sprintf("%s: before %s, after %s", s.Name, x, y))
		}
	}
	return out
}
