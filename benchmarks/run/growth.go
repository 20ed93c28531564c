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
	for n := 1; n <= b.few(); n++ {
		for _, l := range g.lines {
			s.steps = append(s.steps, step{fmt.Sprintf("%d callers, round %d of %d", l.callers, n, b.few()), b.window + overhead, false, func(ctx context.Context) error {
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
	if r.CPU > 0 {
		l.cpu = append(l.cpu, r.CPU)
	}
	l.rate, l.p50, l.p99 = append(l.rate, r.PerSecond), append(l.p50, r.P50), append(l.p99, r.P99)
	g.keep(growthKey, fmt.Sprintf("%d callers", l.callers), n, r.Latency)
	return nil
}

func (g *growth) finish() {
	s := report.Section{
		Key: growthKey, Title: "Growth",
		Shows:    "what one question costs the daemon as its database grows, each token being asked about for the first time, and as more ask at the same time about tokens that it remembers",
		ShowsNot: "databases that do not fit into the machine's memory",
	}
	sizes, curve := g.sizes()
	s.Tables, s.Charts = append(s.Tables, sizes), append(s.Charts, curve)
	if text, ok := slope(curve.Series[0].Points); ok {
		s.Notes = append(s.Notes, "sessions: "+text)
	} else {
		s.Notes = append(s.Notes, "sessions: not measured for more than one size; scenario "+questionsKey+" does it")
	}
	callers, curve := g.callers()
	s.Tables, s.Charts = append(s.Tables, callers), append(s.Charts, curve)
	if text, ok := slope(curve.Series[0].Points); ok {
		s.Notes = append(s.Notes, "callers: "+text)
	}
	g.report.Sections = append(g.report.Sections, s)
}

func (g *growth) sizes() (report.Table, report.Chart) {
	t := report.Table{Key: "sessions", Title: "By sessions in the database", Columns: []report.Column{
		{Key: "cpu", Title: "CPU of a question", Unit: "us", Better: -1},
		{Key: "rate", Title: "questions", Unit: "1/s", Better: 1},
		{Key: "p50", Title: "p50, busy", Unit: "us", Better: -1},
		{Key: "p99", Title: "p99, busy", Unit: "us", Better: -1},
	}}
	c := report.Chart{
		Key: "sessions", Title: "A question about a token that was not asked about before", Kind: report.Lines,
		X: report.Axis{Title: "sessions in the database", Log: true}, Y: report.Axis{Title: "processor time", Unit: "us"},
	}
	series := report.Series{Key: "first", Title: "asked about for the first time"}
	for _, n := range g.sessions {
		line := report.Line{Key: fmt.Sprint(n), Title: fmt.Sprint(n)}
		if r, ok := g.report.Row(coldKey(n)); ok {
			var cpu []float64
			for _, round := range r.Rounds {
				if round.CPU > 0 {
					cpu = append(cpu, round.CPU)
				}
			}
			spread := func(of func(report.Round) float64) report.Cell { s := r.Over(of); return report.Cell{Spread: &s} }
			line.Cells = []report.Cell{
				cell(cpu), spread(report.PerSecond), spread(func(r report.Round) float64 { return r.P50 }), spread(func(r report.Round) float64 { return r.P99 }),
			}
			for _, b := range bar("", cpu) {
				b.X = float64(n)
				series.Points = append(series.Points, b)
			}
		}
		t.Lines = append(t.Lines, line)
	}
	c.Series = []report.Series{series}
	return t, c
}

func (g *growth) callers() (report.Table, report.Chart) {
	t := report.Table{Key: "callers", Title: "By callers at the same time", Columns: []report.Column{
		{Key: "cpu", Title: "CPU of a question", Unit: "us", Better: -1},
		{Key: "rate", Title: "questions", Unit: "1/s", Better: 1},
		{Key: "p50", Title: "p50", Unit: "us", Better: -1},
		{Key: "p99", Title: "p99", Unit: "us", Better: -1},
	}}
	c := report.Chart{
		Key: "callers", Title: "A question about a token that is remembered", Kind: report.Lines,
		X: report.Axis{Title: "callers at the same time", Log: true}, Y: report.Axis{Title: "processor time", Unit: "us"},
	}
	series := report.Series{Key: "warm", Title: "remembered"}
	for _, l := range g.lines {
		name := fmt.Sprint(l.callers)
		t.Lines = append(t.Lines, report.Line{Key: name, Title: name, Cells: []report.Cell{cell(l.cpu), cell(l.rate), cell(l.p50), cell(l.p99)}})
		for _, b := range bar("", l.cpu) {
			b.X = float64(l.callers)
			series.Points = append(series.Points, b)
		}
	}
	c.Series = []report.Series{series}
	return t, c
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
