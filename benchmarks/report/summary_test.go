package report

import (
	"strings"
	"testing"
)

// pair is a report of two sections with a line for each mode: its cost, and what it accepted.
func pair(lines map[string][2]*Spread, order ...string) *Report {
	cost := Table{Columns: []Column{{Key: ColumnCPU, Unit: "us"}}}
	after := Table{Columns: []Column{{Key: ColumnAccepted}}}
	for _, key := range order {
		cost.Lines = append(cost.Lines, Line{key, key, []Cell{{Spread: lines[key][0]}}})
		after.Lines = append(after.Lines, Line{key, key, []Cell{{Spread: lines[key][1]}}})
	}
	return &Report{Sections: []Section{{Key: Steady, Tables: []Table{cost}}, {Key: Logout, Tables: []Table{{}, after}}}}
}

func TestAdviceFollowsFromTheFigures(t *testing.T) {
	at := func(v float64) *Spread { return &Spread{v, v * 0.95, v * 1.05, 3} }
	none, some, once := &Spread{N: 3}, &Spread{5, 2, 9, 3}, &Spread{0, 0, 1, 3}
	for name, c := range map[string]struct {
		lines map[string][2]*Spread
		says  []string
		never []string
	}{
		"the cheapest keeps": {
			map[string][2]*Spread{"a": {at(10), none}, "b": {at(20), none}, "c": {at(30), some}},
			[]string{"at once, take a:", "a call costs 10.0 µs", "gains nothing: the cheapest that does, c, costs 30.0 µs", "by a and b.", "c (up to 9.00)"},
			[]string{"may be as cheap"},
		},
		"two are as cheap": {
			map[string][2]*Spread{"a": {at(10), none}, "b": {at(10.5), none}, "c": {at(30), none}},
			[]string{"take a:", "; b may be as cheap", "by a, b and c."},
			[]string{"Letting", "c may be", "still accepted"},
		},
		"leaking is cheaper": {
			map[string][2]*Spread{"a": {at(40), none}, "b": {at(20), some}, "c": {at(60), none}},
			[]string{"take a:", "with b, costs 20.0 µs instead of 40.0 µs"},
			[]string{"gains nothing"},
		},
		"leaking is as cheap": {
			map[string][2]*Spread{"a": {at(20.5), none}, "b": {at(20), some}, "c": {at(60), none}},
			[]string{"take a:", "gains nothing that this run can see"},
			nil,
		},
		"one call in one round": {
			map[string][2]*Spread{"a": {at(10), once}, "b": {at(20), none}, "c": {at(30), none}},
			[]string{"take b:", "a (up to 1.00)"},
			[]string{"take a", "by a and"},
		},
		"none keeps": {
			map[string][2]*Spread{"a": {at(10), some}, "b": {at(20), some}, "c": {at(30), some}},
			[]string{"still accepted by a (up to 9.00), b (up to 9.00) and c"},
			[]string{"take", "promised"},
		},
		"cost not measured": {
			map[string][2]*Spread{"a": {nil, none}, "b": {at(20), none}, "c": {nil, some}},
			[]string{"take b:", "by a and b."},
			[]string{"Letting"},
		},
		"acceptance not measured": {
			map[string][2]*Spread{"a": {at(1), nil}, "b": {at(20), none}, "c": {nil, nil}},
			[]string{"take b:"},
			[]string{"take a", "by a"},
		},
	} {
		s, ok := pair(c.lines, "a", "b", "c").summary()
		said := strings.Join(s.Says, " ")
		if !ok || len(s.Choices) != 3 {
			t.Errorf("%s: %d choices, %t, want three", name, len(s.Choices), ok)
		}
		for _, want := range c.says {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q lacks %q", name, said, want)
			}
		}
		for _, never := range c.never {
			if strings.Contains(said, never) {
				t.Errorf("%s: %q says %q", name, said, never)
			}
		}
	}
}

func TestWithoutBothSectionsThereIsNoAdvice(t *testing.T) {
	r := compared()
	r.Sections = r.Sections[:1]
	if s, ok := r.summary(); ok {
		t.Errorf("summary without logouts = %v, want none", s)
	}
}

func TestFewRoundsAreSaid(t *testing.T) {
	s, _ := pair(map[string][2]*Spread{"a": {new(SpreadOf([]float64{7})), &Spread{N: 1}}}, "a").summary()
	if got := s.Choices[0].Cells[0].Text; got != "7.00 µs (1 round)" {
		t.Errorf("cost = %q, want it to say that there was one round", got)
	}
}
