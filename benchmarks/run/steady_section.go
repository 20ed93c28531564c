package run

import (
	"fmt"
	"slices"

	"github.com/introspectd/introspectd/benchmarks/floor"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// cell is the spread of what was measured, or empty.
func cell(values []float64) report.Cell {
	if len(values) == 0 {
		return report.Cell{}
	}
	s := report.SpreadOf(values)
	return report.Cell{Spread: &s}
}

func words(text string) report.Cell { return report.Cell{Text: text} }

func sum(a, b []float64) []float64 {
	out := make([]float64, min(len(a), len(b)))
	for i := range out {
		out[i] = a[i] + b[i]
	}
	return out
}

// bar is one value of a chart.
func bar(label string, values []float64) []report.Point {
	if len(values) == 0 {
		return nil
	}
	s := report.SpreadOf(values)
	return []report.Point{{Label: label, Y: s.Median, Low: s.Min, High: s.Max}}
}

func (st *steady) finish() {
	rate := st.sustained()
	s := report.Section{
		Key: report.Steady, Title: "Steady calls",
		Shows: fmt.Sprintf("what a call to a guarded service costs and how long it takes, when %d tokens come again and again: processor time and calls a second with %d callers who never pause, latency with %.0f calls a second that arrive whether or not others were answered",
			st.tokens, st.connections, rate),
		ShowsNot: "network between machines, TLS, and what a handler does besides; service and daemon share one processor here, so calls/s would be more on two",
		Notes:    st.notes,
		Tables:   append([]report.Table{st.table(), st.floors()}, st.verdicts()...),
		Charts:   []report.Chart{st.cpuChart(), st.latencyChart(rate)},
	}
	st.report.Sections = append(st.report.Sections, s)
}

func (st *steady) table() report.Table {
	t := report.Table{Key: "modes", Title: "By mode", Columns: []report.Column{
		{Key: report.ColumnCPU, Title: "CPU of a call, all", Unit: "us", Better: -1},
		{Key: "cpu-service", Title: "of it the service", Unit: "us", Better: -1},
		{Key: "cpu-daemon", Title: "of it the daemon", Unit: "us", Better: -1},
		{Key: "rate", Title: "most calls", Unit: "1/s", Better: 1},
		{Key: "p50", Title: "p50", Unit: "us", Better: -1},
		{Key: "p90", Title: "p90", Unit: "us", Better: -1},
		{Key: report.ColumnP99, Title: "p99", Unit: "us", Better: -1},
		{Key: "p999", Title: "p99.9", Unit: "us", Better: -1},
		{Key: "max", Title: "slowest", Unit: "us", Better: -1},
		{Key: report.ColumnAsked, Title: "questions for a call", Better: -1},
		{Key: report.ColumnNeeds, Title: "what it needs"},
	}}
	for _, l := range st.lines {
		t.Lines = append(t.Lines, report.Line{Key: l.key, Title: l.key, Cells: []report.Cell{
			cell(sum(l.cpuService, l.cpuDaemon)), cell(l.cpuService), cell(l.cpuDaemon), cell(l.rate),
			cell(l.p50), cell(l.p90), cell(l.p99), cell(l.p999), cell(l.most), cell(l.asked), words(l.needs),
		}})
	}
	return t
}

// The tables that aims are about.
const (
	floorsTable  = "floors"
	verdictTable = "verdict"
)

// floors are what nobody gets below.
func (st *steady) floors() report.Table {
	t := report.Table{Key: floorsTable, Title: "Floors: what nobody gets below", Columns: []report.Column{{Key: "cpu", Title: "processor time", Unit: "us", Better: -1}}}
	if r, ok := st.report.Row(floorKey); ok {
		s := r.Over(report.CPU)
		t.Lines = append(t.Lines, report.Line{Key: "gin", Title: "a bare gin handler that checks HTTP Basic, reads a form and answers 250 bytes", Cells: []report.Cell{{Spread: &s}}})
	}
	for _, c := range st.checks {
		var took []float64
		for _, d := range c.Rounds {
			took = append(took, micro(d))
		}
		title := "one bare signature check, " + c.Name
		switch c.Name {
		case part.Verdict:
			continue
		case floor.Signature:
			title = "one bare signature, EdDSA"
		case "HS256":
			title = "one check of a JWT with HS256, with its end"
		}
		t.Lines = append(t.Lines, report.Line{Key: c.Name, Title: title, Cells: []report.Cell{cell(took)}})
	}
	return t
}

// verdicts are the table of what a guard does in its own process, without a call around it; none if that was not measured.
func (st *steady) verdicts() []report.Table {
	t := report.Table{Key: verdictTable, Title: "In a service's own process", Columns: []report.Column{{Key: "took", Title: "time of one", Unit: "ns", Better: -1}}}
	at := slices.IndexFunc(st.checks, func(c part.Checked) bool { return c.Name == part.Verdict })
	if at < 0 {
		return nil
	}
	var took []float64
	for _, d := range st.checks[at].Rounds {
		took = append(took, float64(d))
	}
	t.Lines = []report.Line{{Key: part.Verdict, Title: "a guard's verdict on an internal token that it remembers, one of 100,000, mode jwt", Cells: []report.Cell{cell(took)}}}
	return []report.Table{t}
}

func (st *steady) cpuChart() report.Chart {
	c := report.Chart{
		Key: "cpu", Title: "Processor time of one call", Kind: report.Bars, Y: report.Axis{Title: "processor time", Unit: "us"},
		Shows:    "what a call costs all who have part in it: the service, and the daemon that it asks",
		ShowsNot: "what a handler does besides; here it writes 40 bytes",
	}
	parts := []report.Series{{Key: "service", Title: "service"}, {Key: "daemon", Title: "daemon"}}
	for _, l := range st.lines {
		parts[0].Points = append(parts[0].Points, bar(l.key, l.cpuService)...)
		parts[1].Points = append(parts[1].Points, bar(l.key, l.cpuDaemon)...)
	}
	c.Series = parts
	return c
}

func (st *steady) latencyChart(rate float64) report.Chart {
	c := report.Chart{
		Key: "latency", Title: fmt.Sprintf("Latency at %.0f calls a second", rate), Kind: report.Lines,
		X:        report.Axis{Title: "the slowest of so many calls takes at least", Log: true},
		Y:        report.Axis{Title: "latency", Unit: "us", Log: true},
		Shows:    "how long calls take at a rate that all modes keep up with; a stall counts for all who would have called meanwhile",
		ShowsNot: "latency near saturation",
	}
	for _, l := range st.lines {
		series := report.Series{Key: l.key, Title: l.key}
		for _, p := range []struct {
			of     float64
			values []float64
		}{{2, l.p50}, {10, l.p90}, {100, l.p99}, {1000, l.p999}} {
			for _, b := range bar("", p.values) {
				b.X = p.of
				series.Points = append(series.Points, b)
			}
		}
		if len(series.Points) > 0 {
			c.Series = append(c.Series, series)
		}
	}
	return c
}
