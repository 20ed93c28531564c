package run

import (
	"fmt"
	"time"

	"github.com/introspectd/introspectd/benchmarks/report"
)

// away is what one line's calls were told in the three stretches of time. What was in flight when the daemon went or came counts where it
// began.
type away struct {
	calls, accepted, unknown, refused, silent [3]int // before, during, after
	firstNo                                   time.Duration
	lastNo                                    time.Duration // after its return; 0: there was none
	slowest                                   time.Duration // answer of those that began while it was away
	shares                                    []share
}

func (o *outage) judge(l *outageLine) away {
	var a away
	down, up := o.down.Sub(l.begun), o.up.Sub(l.begun)
	bins := map[int]*share{}
	for _, c := range l.calls {
		when := 0
		switch {
		case c.Begun >= up:
			when = 2
		case c.Begun >= down:
			when = 1
		}
		tally(bins, coarse, c.Begun-down, c.Status == 200)
		a.calls[when]++
		switch c.Status {
		case 200:
			a.accepted[when]++
		case 503:
			a.unknown[when]++
		case 0:
			a.silent[when]++
		default:
			a.refused[when]++
		}
		if when == 1 {
			a.slowest = max(a.slowest, c.Took)
			if c.Status != 200 && (a.firstNo == 0 || c.Begun-down < a.firstNo) {
				a.firstNo = c.Begun - down
			}
		}
		if when == 2 && c.Status != 200 {
			a.lastNo = max(a.lastNo, c.Begun-up)
		}
	}
	a.shares = inOrder(bins)
	return a
}

// coarse is how finely time is divided here: a hundred calls a second are ten in each.
const coarse = 5 * grain

func (b *bench) finishOutage(all []*outage) {
	s := report.Section{
		Key: outageKey, Title: fmt.Sprintf("The daemon is away for %s", b.away),
		Shows:    fmt.Sprintf("what services answer to good tokens while the daemon that they ask is gone, and when it is back; each is called %.0f times a second", outagePerLine),
		ShowsNot: "an installation of several daemons, where another one answers",
	}
	for _, o := range all {
		s.Notes = append(s.Notes, o.notes...)
		if o.up.IsZero() || len(o.lines) == 0 || len(o.lines[0].calls) == 0 {
			continue
		}
		key, title := "gone", "It is ended, and started again"
		if o.paused {
			key, title = "still", "It stands still: connections stay, nothing is answered"
			s.Notes = append(s.Notes, "a call that began while it stood still may be accepted when it goes on; its caller has waited for that")
		}
		s.Tables = append(s.Tables, o.table(key, title))
		s.Charts = append(s.Charts, o.chart(key, title))
	}
	if len(s.Tables) == 0 {
		s.Notes = append(s.Notes, "not measured")
	}
	b.report.Sections = append(b.report.Sections, s)
}

func (o *outage) table(key, title string) report.Table {
	t := report.Table{Key: key, Title: title, Columns: []report.Column{
		{Key: "accepted", Title: "of calls begun meanwhile accepted", Unit: "%"},
		{Key: "unknown", Title: "503", Unit: "%"},
		{Key: "refused", Title: "401", Unit: "%", Better: -1},
		{Key: "silent", Title: "no answer", Unit: "%", Better: -1},
		{Key: "first", Title: "first one not accepted after", Unit: "ms"},
		{Key: "slowest", Title: "slowest answer", Unit: "ms", Better: -1},
		{Key: "back", Title: "all is well again after", Unit: "ms", Better: -1},
	}}
	for _, l := range o.lines {
		a := o.judge(l)
		percent := func(n [3]int) report.Cell {
			if a.calls[1] == 0 {
				return report.Cell{}
			}
			return cell([]float64{100 * float64(n[1]) / float64(a.calls[1])})
		}
		first := words("accepts all")
		if a.firstNo > 0 {
			first = cell([]float64{milli(a.firstNo)})
		}
		t.Lines = append(t.Lines, report.Line{Key: l.key(), Title: l.title, Cells: []report.Cell{
			percent(a.accepted), percent(a.unknown), percent(a.refused), percent(a.silent), first, cell([]float64{milli(a.slowest)}), cell([]float64{milli(a.lastNo)}),
		}})
	}
	return t
}

func (o *outage) chart(key, title string) report.Chart {
	c := report.Chart{
		Key: key, Title: title, Kind: report.Steps,
		X: report.Axis{Title: "since the daemon went", Unit: "s"}, Y: report.Axis{Title: "part of the calls that is accepted"},
		Marks: []report.Mark{{X: 0, Title: "gone"}, {X: o.up.Sub(o.down).Seconds(), Title: "back"}},
	}
	for _, l := range o.lines {
		c.Series = append(c.Series, report.Series{Key: l.key(), Title: l.title, Points: changes(o.judge(l).shares)})
	}
	return c
}
