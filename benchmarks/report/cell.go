package report

// notMeasured stands where a figure would.
const notMeasured = "not measured"

// String is what a reader sees.
func (c Cell) String() string {
	switch {
	case c.Spread != nil:
		return c.Spread.String()
	case c.Text != "":
		return c.Text
	}
	return notMeasured
}

// at is the cell of a column.
func (l Line) at(column int) Cell {
	if column < 0 || column >= len(l.Cells) {
		return Cell{}
	}
	return l.Cells[column]
}

// heading is a column's title with its unit.
func (c Column) heading() string {
	if c.Unit == "" {
		return c.Title
	}
	return c.Title + ", " + unitName(c.Unit)
}

// header is a table's, for text.
func (t Table) header() []string {
	out := []string{""}
	for _, c := range t.Columns {
		out = append(out, c.heading())
	}
	return out
}

// rows are a table's lines, as words.
func (t Table) rows() [][]string {
	var out [][]string
	for _, l := range t.Lines {
		row := []string{l.Title}
		for i := range t.Columns {
			row = append(row, l.at(i).String())
		}
		out = append(out, row)
	}
	return out
}

// cell finds what a section says about a line and a column, in whichever of its tables.
func (s Section) cell(line, column string) (Column, Cell) {
	for _, t := range s.Tables {
		for i, c := range t.Columns {
			if c.Key != column {
				continue
			}
			for _, l := range t.Lines {
				if l.Key == line {
					return c, l.at(i)
				}
			}
		}
	}
	return Column{}, Cell{}
}

// lines are the keys and titles of all that a section has a column for, in order.
func (s Section) lines(column string) []Line {
	var out []Line
	seen := map[string]bool{}
	for _, t := range s.Tables {
		for _, c := range t.Columns {
			if c.Key != column {
				continue
			}
			for _, l := range t.Lines {
				if !seen[l.Key] {
					seen[l.Key] = true
					out = append(out, l)
				}
			}
		}
	}
	return out
}

// Section finds one by its key.
func (r *Report) Section(key string) (Section, bool) {
	for _, s := range r.Sections {
		if s.Key == key {
			return s, true
		}
	}
	return Section{}, false
}

// Figure is that of a line in a section's table, in the first column that has one. They are named by their keys; false: there is none.
func (r *Report) Figure(section, table, line string) (Spread, bool) {
	s, _ := r.Section(section)
	for _, t := range s.Tables {
		for _, l := range t.Lines {
			if t.Key != table || l.Key != line {
				continue
			}
			for _, c := range l.Cells {
				if c.Spread != nil {
					return *c.Spread, true
				}
			}
		}
	}
	return Spread{}, false
}
