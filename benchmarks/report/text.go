package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"
)

// Text writes the tables for a terminal.
func (r *Report) Text(w io.Writer) error {
	out := &terminal{w: w}
	for _, s := range r.Sections {
		out.say(s.Title)
		for _, t := range s.Tables {
			if t.Title != "" && t.Title != s.Title {
				out.say(t.Title)
			}
			out.table(t.grid())
		}
		for _, note := range s.Notes {
			out.say("note: " + note)
		}
		out.say("")
	}
	for _, g := range append(r.grids(), r.aims()) {
		out.table(g)
	}
	if s, ok := r.summary(); ok {
		for _, line := range s.Says {
			out.say(line)
		}
		out.say("")
	}
	for _, line := range r.NotMeasured {
		out.say("not measured: " + line)
	}
	for _, note := range r.Notes {
		out.say("note: " + note)
	}
	return out.err
}

// terminal keeps the first error.
type terminal struct {
	w   io.Writer
	err error
}

func (t *terminal) say(line string) {
	if t.err == nil {
		_, t.err = fmt.Fprintln(t.w, plain(line))
	}
}

func (t *terminal) table(g grid) {
	if len(g.Rows) == 0 || t.err != nil {
		return
	}
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{g.Header}, g.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = plain(cell)
		}
		_, _ = fmt.Fprintln(tw, strings.Join(cells, "\t")) // a Builder does not fail
	}
	_ = tw.Flush()
	for line := range strings.Lines(b.String()) {
		t.say(strings.TrimRight(line, " \n"))
	}
	t.say("")
}

// plain keeps foreign words from steering the terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
