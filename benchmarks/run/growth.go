package run

import (
	"context"
	"fmt"
	"math"

	"github.com/introspectd/introspectd/benchmarks/report"
)

// growth is what becomes of a question when there are more sessions, or more who ask.
type growth struct {
	*bench
	lines []*growthLine
}

type growthLine struct {
	callers             int
	cpu, rate, p50, p99 []float64
}

func (l *growthLine) add(r report.Round) {
	if r.CPU > 0 {
		l.cpu = append(l.cpu, r.CPU)
	}
	l.rate, l.p50, l.p99 = append(l.rate, r.PerSecond), append(l.p50, r.P50), append(l.p99, r.P99)
}

// callerCounts are fewer in a quick run.
func (b *bench) callerCounts() []int {
	if b.full {
		return []int{1, 2, 4, 8, 16, 32, 64}
	}
	return []int{1, 4, 16, 64}
}

func (b *bench) growth() *scenario {
	g := &growth{bench: b}
	s := &scenario{key: growthKey, title: "growth", finish: g.finish, steps: b.houseSteps(bases)}
	for _, n := range b.callerCounts() {
		g.lines = append(g.lines, &growthLine{callers: n})
	}
	for n := 1; n <= b.rounds; n++ {
		for _, l := range g.lines {
			s.steps = append(s.steps, step{fmt.Sprintf("%d callers, round %d of %d", l.callers, n, b.rounds), b.window + overhead, false, func(ctx context.Context) error {
				return g.measure(ctx, l, n)
			}})
		}
	}
	return s
}

func (g *growth) measure(ctx context.Context, l *growthLine, n int) error {
	h, err := g.house(ctx, true)
	if err != nil {
		return err
	}
	job := introspection(h.authorization(api(audience)), active, h.tokens[:g.counts.acquainted])
	warm, measured := g.windows(job, l.callers)
	r, err := g.once(ctx, h.daemon, warm, measured)
	if err != nil {
		return err
	}
	l.add(r)
	g.keep(growthKey, fmt.Sprintf("%d callers", l.callers), n, r.Latency)
	return nil
}

func (g *growth) finish() {
	s := report.Section{
		Key: growthKey, Title: "Growth",
		Shows:    "what one question costs the daemon as its database grows, each token being asked about for the first time, and as more ask at the same time about tokens that it remembers",
		ShowsNot: "databases that do not fit into the machine's memory",
	}
	for i, store := range g.stores {
		sizes, curve := g.sizes(i)
		s.Tables, s.Charts = append(s.Tables, sizes), append(s.Charts, curve)
		on := ""
		if len(g.stores) > 1 {
			on = " in " + shortStore(store)
		}
		if text, ok := slope(curve.Series[0].Points); ok {
			s.Notes = append(s.Notes, "sessions"+on+": "+text)
		} else {
			s.Notes = append(s.Notes, "sessions"+on+": not measured for more than one size; scenario "+questionsKey+" does it")
		}
	}
	callers, curve := g.callers()
	s.Tables, s.Charts = append(s.Tables, callers), append(s.Charts, curve)
	if text, ok := slope(curve.Series[0].Points); ok {
		s.Notes = append(s.Notes, "callers: "+text)
	}
	g.report.Sections = append(g.report.Sections, s)
}

// curve is a table of figures by a number, and the processor time of a question over that number.
type curve struct {
	table  report.Table
	chart  report.Chart
	series report.Series
}

func newCurve(key, table, chart, by string, series report.Series) *curve {
	return &curve{
		table: report.Table{Key: key, Title: table, Columns: []report.Column{
			{Key: "cpu", Title: "CPU of a question", Unit: "us", Better: -1},
			{Key: "rate", Title: "questions", Unit: "1/s", Better: 1},
			{Key: "p50", Title: "p50, busy", Unit: "us", Better: -1},
			{Key: "p99", Title: "p99, busy", Unit: "us", Better: -1},
		}},
		chart: report.Chart{
			Key: key, Title: chart, Kind: report.Lines,
			X: report.Axis{Title: by, Log: true}, Y: report.Axis{Title: "processor time", Unit: "us"},
		},
		series: series,
	}
}

// at adds what was measured at n; what was not measured is empty.
func (c *curve) at(n int, cpu, rate, p50, p99 []float64) {
	name := fmt.Sprint(n)
	c.table.Lines = append(c.table.Lines, report.Line{Key: name, Title: name, Cells: []report.Cell{cell(cpu), cell(rate), cell(p50), cell(p99)}})
	for _, b := range bar("", cpu) {
		b.X = float64(n)
		c.series.Points = append(c.series.Points, b)
	}
}

func (c *curve) drawn() (report.Table, report.Chart) {
	c.chart.Series = []report.Series{c.series}
	return c.table, c.chart
}

// sizes are of the i-th store, whose questions were put before.
func (g *growth) sizes(i int) (report.Table, report.Chart) {
	on, suffix := g.onStore(i), g.suffix(i)
	c := newCurve("sessions"+suffix, "By sessions in the database"+on, "A question about a token that was not asked about before"+on, "sessions in the database",
		report.Series{Key: "first", Title: "asked about for the first time"})
	for _, n := range g.sessions {
		var l growthLine
		if r, ok := g.report.Row(coldKey(n) + suffix); ok {
			for _, round := range r.Rounds {
				l.add(round)
			}
		}
		c.at(n, l.cpu, l.rate, l.p50, l.p99)
	}
	return c.drawn()
}

func (g *growth) callers() (report.Table, report.Chart) {
	c := newCurve("callers", "By callers at the same time", "A question about a token that is remembered", "callers at the same time",
		report.Series{Key: "warm", Title: "remembered"})
	for _, l := range g.lines {
		c.at(l.callers, l.cpu, l.rate, l.p50, l.p99)
	}
	return c.drawn()
}

// slope is how much a figure grows for each tenfold, by least squares over the logarithms of both.
func slope(points []report.Point) (string, bool) {
	var n, x, y, xx, xy float64
	for _, p := range points {
		if p.X <= 0 || p.Y <= 0 {
			continue
		}
		a, b := math.Log10(p.X), math.Log10(p.Y)
		n, x, y, xx, xy = n+1, x+a, y+b, xx+a*a, xy+a*b
	}
	if n < 2 || n*xx == x*x {
		return "", false
	}
	factor := math.Pow(10, (n*xy-x*y)/(n*xx-x*x))
	return fmt.Sprintf("each tenfold multiplies the processor time of a question by %.2f", factor), true
}
