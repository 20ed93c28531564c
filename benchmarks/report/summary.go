package report

import "strings"

// summary answers which mode to take, as far as this run can.
type summary struct {
	Says    []string
	Columns []string
	Choices []choice
}

// choice is a mode, with what it costs and what it gives.
type choice struct {
	Key, Title string
	cpu        measured
	p99        measured
	accepted   measured
	Cells      []fact // one for each of the summary's columns
}

// fact is a cell of the summary. Good and Bad are about taking back, and are said in words as well.
type fact struct {
	Text      string
	Good, Bad bool
}

// measured is a figure with its unit.
type measured struct {
	Cell
	unit string
}

func (m measured) known() bool { return m.Spread != nil }

func (m measured) words() string {
	if m.known() && m.unit != "" {
		return figure(m.Spread.Median) + " " + unitName(m.unit)
	}
	if m.known() {
		return figure(m.Spread.Median)
	}
	return m.String()
}

func lookUp(s Section, line, column string) measured {
	c, cell := s.cell(line, column)
	return measured{cell, c.Unit}
}

// summary needs both sections.
func (r *Report) summary() (summary, bool) {
	steady, okSteady := r.Section(Steady)
	logout, okLogout := r.Section(Logout)
	if !okSteady || !okLogout {
		return summary{}, false
	}
	s := summary{Columns: []string{
		"processor time of a call", "99 of 100 calls take at most", "accepted after logout", "last accepted after", "questions asked for a call", "what it takes",
	}}
	for _, line := range logout.lines(ColumnAccepted) {
		c := choice{
			Key: line.Key, Title: line.Title,
			cpu: lookUp(steady, line.Key, ColumnCPU), p99: lookUp(steady, line.Key, ColumnP99), accepted: lookUp(logout, line.Key, ColumnAccepted),
		}
		c.Cells = []fact{
			{Text: spelled(c.cpu)},
			{Text: spelled(c.p99)},
			c.acceptance(),
			c.lastly(lookUp(logout, line.Key, ColumnLast)),
			{Text: spelled(lookUp(steady, line.Key, ColumnAsked))},
			{Text: needs(lookUp(steady, line.Key, ColumnNeeds), line.Key)},
		}
		s.Choices = append(s.Choices, c)
	}
	if len(s.Choices) == 0 {
		return s, false
	}
	s.Says = advice(s.Choices)
	return s, true
}

// spelled is a figure with its range and its unit.
func spelled(m measured) string {
	if !m.known() || m.unit == "" {
		return m.String()
	}
	return m.words() + strings.TrimPrefix(m.String(), figure(m.Spread.Median))
}

func needs(m measured, key string) string {
	if m.Text != "" {
		return m.Text
	}
	if i := modeAt(key); i >= 0 {
		return modes[i].needs
	}
	return ""
}

// keeps says whether no call that began after a logout was accepted, in any round.
func (c choice) keeps() bool { return c.accepted.known() && c.accepted.Spread.Max == 0 }

// leaks says whether one was, in some round.
func (c choice) leaks() bool { return c.accepted.known() && c.accepted.Spread.Max > 0 }

func (c choice) acceptance() fact {
	switch {
	case c.keeps():
		return fact{Text: "none", Good: true}
	case c.leaks():
		return fact{Text: spelled(c.accepted), Bad: true}
	}
	return fact{Text: c.accepted.String()}
}

func (c choice) lastly(last measured) fact {
	if c.keeps() && (!last.known() || last.Spread.Max <= 0) {
		return fact{Text: "none was"}
	}
	return fact{Text: spelled(last)}
}
