package report

import (
	"fmt"
	"slices"
)

// grid is any table, ready to be written.
type grid struct {
	Title  string
	Header []string
	Rows   [][]string // the first cell names the row
}

// grids are the tables that are not a section's.
func (r *Report) grids() []grid {
	var out []grid
	for _, g := range []grid{
		r.rowGrid(),
		{"Memory", []string{"sessions remembered", "live heap, bytes each", "resident, bytes each", "resident, all", "resident, nothing remembered"}, r.memoryCells()},
	} {
		if len(g.Rows) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// aims is the table of bounds.
func (r *Report) aims() grid {
	return grid{"Aims", []string{"aim", "wanted", "got", "verdict"}, r.aimCells()}
}

// grid is a section's table.
func (t Table) grid() grid { return grid{t.Title, t.header(), t.rows()} }

// grid is the summary as a table.
func (s summary) grid() grid {
	g := grid{"", append([]string{"mode"}, s.Columns...), nil}
	for _, c := range s.Choices {
		row := []string{c.Title}
		for _, f := range c.Cells {
			row = append(row, f.Text)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// rowGrid is the table of rows. There is a column for database servers when one was measured.
func (r *Report) rowGrid() grid {
	g := grid{"Against the floor", []string{"what", "callers", "server CPU us/request", "times the floor", "requests/s", "p50 us", "p99 us", "wrong"}, r.cells()}
	if !slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Over(database).Max > 0 }) {
		return g
	}
	const after = 3 // what it stands beside
	g.Header = slices.Insert(g.Header, after, "its database server's CPU us/request")
	for i, row := range r.Rows {
		text := ""
		if s := row.Over(database); s.Max > 0 {
			text = s.String()
		}
		g.Rows[i] = slices.Insert(g.Rows[i], after, text)
	}
	return g
}

// cells is the table of rows.
func (r *Report) cells() [][]string {
	var out [][]string
	for _, row := range r.Rows {
		if len(row.Rounds) == 0 {
			out = append(out, []string{row.Title, fmt.Sprint(row.Connections), notMeasured, "", "", "", "", ""})
			continue
		}
		ratio, cpu := "", "unknown"
		if beside, ok := r.Row(row.Beside); ok {
			if s, ok := Ratio(row, beside, CPU); ok {
				ratio = s.String()
			}
		}
		if s := row.Over(CPU); s.Max > 0 {
			cpu = s.String()
		}
		failed := 0
		for _, round := range row.Rounds {
			failed += round.Failed
		}
		out = append(out, []string{
			row.Title, fmt.Sprint(row.Connections), cpu, ratio, row.Over(PerSecond).String(),
			row.Over(func(r Round) float64 { return r.P50 }).String(), row.Over(func(r Round) float64 { return r.P99 }).String(), fmt.Sprint(failed),
		})
	}
	return out
}

func (r *Report) memoryCells() [][]string {
	var out [][]string
	for _, m := range r.Memory {
		out = append(out, []string{
			fmt.Sprint(m.Sessions), figure(m.Heap), figure(m.RSS), megabytes(m.TotalRSS), megabytes(m.EmptyRSS),
		})
	}
	return out
}

func (r *Report) aimCells() [][]string {
	var out [][]string
	for _, a := range r.Aims {
		sign := "at least "
		if a.AtMost {
			sign = "at most "
		}
		out = append(out, []string{a.What, sign + figure(a.Bound), a.Got.String(), a.Verdict()})
	}
	return out
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
