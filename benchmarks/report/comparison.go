package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// rule explains the verdicts to whoever reads them.
var rule = fmt.Sprintf(
	"Figures are the median of the rounds [smallest..largest]. %q: both sides have at least %d rounds, between their ranges is a gap that is wider than either, and it is more than the floors differ by between the runs, and more than %s. Of a hundred figures about one is called so by chance. %q: all others. %q: a side has fewer rounds.",
	Changed, enoughRounds, percent(leastNoise), WithinNoise, TooFew)

// Text writes the comparison for a terminal, Markdown for reading elsewhere.
func (c Comparison) Text(w io.Writer) error {
	out := &terminal{w: w}
	for _, line := range c.head() {
		out.say(line)
	}
	out.say("")
	for _, g := range c.grids() {
		out.say(g.Title)
		out.table(g)
	}
	out.say(c.count())
	out.say(rule)
	return out.err
}

// Markdown writes the comparison as tables, one for each section.
func (c Comparison) Markdown(w io.Writer) error {
	d := &document{}
	d.heading("# What changed")
	for _, line := range c.head() {
		d.item(line)
	}
	d.WriteString("\n")
	d.paragraphs([]string{c.count(), rule})
	for _, g := range c.grids() {
		d.heading("## " + g.Title)
		d.table(g)
	}
	_, err := io.WriteString(w, d.text())
	return err
}

// head is what to know before any figure.
func (c Comparison) head() []string {
	out := []string{"before: " + c.Before, "after: " + c.After}
	if len(c.Differs) == 0 {
		out = append(out, "machine and settings are the same")
	}
	for _, d := range c.Differs {
		out = append(out, "NOT THE SAME, "+d)
	}
	return append(out, fmt.Sprintf("processors used by others meanwhile: before %s, after %s", c.Disturbed[0], c.Disturbed[1]), c.Drift)
}

func (c Comparison) count() string {
	counts := map[string]int{}
	for _, d := range c.Lines {
		counts[d.Verdict()]++
		counts[d.Direction()]++
	}
	said := []string{fmt.Sprintf("%d %s (%d better, %d worse)", counts[Changed], Changed, counts["better"], counts["worse"])}
	for _, verdict := range []string{WithinNoise, TooFew, OnlyBefore, OnlyAfter} {
		if n := counts[verdict]; n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, verdict))
		}
	}
	return fmt.Sprintf("%d figures: %s.", len(c.Lines), strings.Join(said, ", "))
}

// grids are a table for each section, in the order in which they first occur.
func (c Comparison) grids() []grid {
	var out []grid
	for _, d := range c.Lines {
		at := slices.IndexFunc(out, func(g grid) bool { return g.Title == d.Where })
		if at < 0 {
			at = len(out)
			out = append(out, grid{Title: d.Where, Header: []string{"what", "before", "after", "after/before", "verdict"}})
		}
		out[at].Rows = append(out[at].Rows, d.row())
	}
	return out
}

func (d Difference) row() []string {
	side := func(s *Spread) string { return Cell{Spread: s}.String() }
	what, ratio, verdict := d.What, "", d.Verdict()
	if d.Unit != "" {
		what += ", " + unitName(d.Unit)
	}
	if r, ok := d.Ratio(); ok {
		ratio = figure(r)
	}
	if direction := d.Direction(); direction != "" {
		verdict += ", " + direction
	}
	return []string{what, side(d.Before), side(d.After), ratio, verdict}
}
