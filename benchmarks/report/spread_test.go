package report

import "testing"

func TestSpreadIsMedianAndRange(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   Spread
		text   string
	}{
		{nil, Spread{}, "0 [0..0]"},
		{[]float64{5}, Spread{5, 5, 5, 1}, "5.00 (1 round)"},
		{[]float64{18.04, 17.3, 40}, Spread{18.04, 17.3, 40, 3}, "18.0 [17.3..40.0]"},
		{[]float64{400, 100, 200, 300}, Spread{250, 100, 400, 4}, "250 [100..400]"},
	} {
		if got := SpreadOf(c.values); got != c.want || got.String() != c.text {
			t.Errorf("SpreadOf(%v) = %v, want %v", c.values, got, c.text)
		}
	}
}

// When the machine was slow in round 2, it was slow for both.
func TestRatiosAreTakenWithinARound(t *testing.T) {
	a := Row{Rounds: []Round{{Round: 1, CPU: 22}, {Round: 2, CPU: 44}, {Round: 4, CPU: 99}}}
	b := Row{Rounds: []Round{{Round: 1, CPU: 20}, {Round: 2, CPU: 40}, {Round: 3, CPU: 1}}}
	if got, ok := Ratio(a, b, CPU); !ok || got.String() != "1.10 [1.10..1.10]" {
		t.Errorf("ratio = %v, %t, want 1.10 in both rounds that they share", got, ok)
	}
	if got, ok := Ratio(a, Row{Rounds: []Round{{Round: 1}}}, CPU); ok {
		t.Errorf("ratio to what is not known = %v, want none", got)
	}
}

func TestAVerdictNeedsTheWholeRange(t *testing.T) {
	for _, c := range []struct {
		aim  Aim
		want string
	}{
		{Aim{Bound: 1.25, AtMost: true, Got: Spread{1.2, 1.1, 1.25, 3}}, "met"},
		{Aim{Bound: 1.25, AtMost: true, Got: Spread{1.2, 1.1, 1.26, 3}}, "met by the median, not in every round"},
		{Aim{Bound: 1.25, AtMost: true, Got: Spread{1.3, 1.1, 1.4, 3}}, "missed by the median, not in every round"},
		{Aim{Bound: 1.25, AtMost: true, Got: Spread{1.3, 1.26, 1.4, 3}}, "missed"},
		{Aim{Bound: 5, Got: Spread{6, 5, 7, 3}}, "met"},
		{Aim{Bound: 5, Got: Spread{6, 4, 7, 3}}, "met by the median, not in every round"},
		{Aim{Bound: 5, Got: Spread{4, 3, 4.9, 3}}, "missed"},
		{Aim{Bound: 0, AtMost: true, Got: Spread{0, 0, 0, 3}}, "met"},
	} {
		if got := c.aim.Verdict(); got != c.want {
			t.Errorf("verdict on %+v = %q, want %q", c.aim, got, c.want)
		}
	}
}
