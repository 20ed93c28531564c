package report

import "fmt"

// figures are all that a report has measured, each with a name that stays the same from run to run.
func (r *Report) figures() []figureOf {
	var out []figureOf
	for _, s := range r.Sections {
		out = append(out, s.figures()...)
	}
	for _, row := range r.Rows {
		out = append(out, row.figures()...)
	}
	for _, m := range r.Memory {
		line := fmt.Sprintf("%d sessions", m.Sessions)
		out = append(out,
			spoken(name{"memory", line, "heap"}, "Memory", line+", live heap each", "bytes", -1, SpreadOf([]float64{m.Heap})),
			spoken(name{"memory", line, "rss"}, "Memory", line+", resident each", "bytes", -1, SpreadOf([]float64{m.RSS})))
	}
	for _, a := range r.Aims {
		better := 1
		if a.AtMost {
			better = -1
		}
		out = append(out, spoken(name{"aims", a.What, ""}, "Aims", a.What, "", better, a.Got))
	}
	return out
}

func spoken(n name, where, what, unit string, better int, s Spread) figureOf {
	return figureOf{n, Difference{Where: where, What: what, Unit: unit, Better: better, After: &s}}
}

func (s Section) figures() []figureOf {
	var out []figureOf
	for _, t := range s.Tables {
		for _, l := range t.Lines {
			for i, c := range t.Columns {
				if cell := l.at(i); cell.Spread != nil {
					n := name{s.Key + "/" + t.Key, either(l.Key, l.Title), c.Key}
					out = append(out, spoken(n, s.Title, l.Title+", "+c.Title, c.Unit, c.Better, *cell.Spread))
				}
			}
		}
	}
	return out
}

func (row Row) figures() []figureOf {
	if len(row.Rounds) == 0 {
		return nil
	}
	var out []figureOf
	for _, q := range []struct {
		key, title, unit string
		better           int
		of               func(Round) float64
	}{
		{"cpu", "server CPU of a request", "us", -1, CPU},
		{"database", "CPU of its database's server", "us", -1, database},
		{"rate", "requests", "1/s", 1, PerSecond},
		{"p50", "p50", "us", -1, func(r Round) float64 { return r.P50 }},
		{"p99", "p99", "us", -1, func(r Round) float64 { return r.P99 }},
	} {
		// Processor time is 0 where the system does not tell it.
		if s := row.Over(q.of); s.Max > 0 {
			out = append(out, spoken(name{"rows", row.Key, q.key}, "Against the floor", fmt.Sprintf("%s, %d callers, %s", row.Title, row.Connections, q.title), q.unit, q.better, s))
		}
	}
	return out
}
