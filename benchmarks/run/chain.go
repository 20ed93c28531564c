package run

import "github.com/introspectd/introspectd/benchmarks/report"

// chainTokens come again and again; each is exchanged twice on its way in the modes with internal tokens.
const chainTokens = 200

// chain is steady with three services, each of which checks the token and calls the next.
func (b *bench) chain() *scenario {
	st := &steady{bench: b, key: chainKey, title: "three services in a row", audiences: []string{audience, secondService, thirdService}, tokens: chainTokens}
	s := st.begin(append([]mode{bases[0]}, b.modes...))
	for n := 1; n <= b.rounds; n++ {
		s.steps = append(s.steps, st.closedLoops(n, b.rounds)...)
	}
	s.finish = st.finishChain
	return s
}

func (st *steady) finishChain() {
	t := report.Table{Key: "modes", Title: "By mode", Columns: []report.Column{
		{Key: "cpu", Title: "CPU of a call, all", Unit: "us", Better: -1},
		{Key: "cpu-service", Title: "of it the three services", Unit: "us", Better: -1},
		{Key: "cpu-daemon", Title: "of it the daemon", Unit: "us", Better: -1},
		{Key: "rate", Title: "most calls", Unit: "1/s", Better: 1},
		{Key: "p50", Title: "p50, busy", Unit: "us", Better: -1},
		{Key: "p99", Title: "p99, busy", Unit: "us", Better: -1},
		{Key: "asked", Title: "questions for a call", Better: -1},
	}}
	c := report.Chart{Key: "cpu", Title: "Processor time of one call through three services", Kind: report.Bars, Y: report.Axis{Title: "processor time", Unit: "us"}}
	parts := []report.Series{{Key: "service", Title: "the three services"}, {Key: "daemon", Title: "daemon"}}
	for _, l := range st.lines {
		t.Lines = append(t.Lines, report.Line{Key: l.key, Title: l.key, Cells: []report.Cell{
			cell(sum(l.cpuService, l.cpuDaemon)), cell(l.cpuService), cell(l.cpuDaemon), cell(l.rate), cell(l.full50), cell(l.full99), cell(l.asked),
		}})
		parts[0].Points = append(parts[0].Points, bar(l.key, l.cpuService)...)
		parts[1].Points = append(parts[1].Points, bar(l.key, l.cpuDaemon)...)
	}
	c.Series = parts
	st.report.Sections = append(st.report.Sections, report.Section{
		Key: chainKey, Title: "Three services in a row",
		Shows:    "what a call costs that goes through three services, each of which checks the token that it was handed: the same token, or in the modes with internal tokens one made for the next service, which is kept for half of its life",
		ShowsNot: "services on machines of their own; here the three are one process, and they and the daemon share one processor",
		Notes:    st.notes, Tables: []report.Table{t}, Charts: []report.Chart{c},
	})
}
