package report

import (
	"fmt"
	"math"
	"slices"
)

// finite is the report without what JSON cannot hold: infinities, and what is not a number. One division by zero must not cost a run.
func (r *Report) finite() *Report {
	out := *r
	left := 0
	out.Sections = slices.Clone(r.Sections)
	for i := range out.Sections {
		s := &out.Sections[i]
		s.Tables, s.Charts = slices.Clone(s.Tables), slices.Clone(s.Charts)
		for n := range s.Tables {
			left += s.Tables[n].finite()
		}
		for n := range s.Charts {
			left += s.Charts[n].finite()
		}
	}
	if left > 0 {
		out.Notes = append(slices.Clone(r.Notes), fmt.Sprintf("%d values of tables and charts were no finite numbers, and were left out", left))
	}
	return &out
}

func (t *Table) finite() (left int) {
	t.Lines = slices.Clone(t.Lines)
	for i := range t.Lines {
		l := &t.Lines[i]
		l.Cells = slices.Clone(l.Cells)
		for n, cell := range l.Cells {
			if cell.Spread != nil && !number(cell.Spread.Median, cell.Spread.Min, cell.Spread.Max) {
				l.Cells[n] = Cell{Text: "not a number"}
				left++
			}
		}
	}
	return left
}

func (c *Chart) finite() (left int) {
	c.Series, c.Marks = slices.Clone(c.Series), slices.Clone(c.Marks)
	for i := range c.Series {
		s := &c.Series[i]
		whole := len(s.Points)
		s.Points = slices.DeleteFunc(slices.Clone(s.Points), func(p Point) bool { return !number(p.X, p.Y, p.Low, p.High) })
		left += whole - len(s.Points)
	}
	whole := len(c.Marks)
	c.Marks = slices.DeleteFunc(c.Marks, func(m Mark) bool { return !number(m.X) })
	return left + whole - len(c.Marks)
}

func number(values ...float64) bool {
	return !slices.ContainsFunc(values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}
