package report

import (
	"slices"
	"strings"
	"testing"
)

func TestWhoElseUsedTheProcessorsIsSaidForEachScenario(t *testing.T) {
	r := sample()
	if got := r.disturbance(); got != "unknown" {
		t.Errorf("of a run that did not look it says %q", got)
	}
	if slices.ContainsFunc(r.about(), func(s Setting) bool { return strings.HasPrefix(s.Name, "processors used") }) {
		t.Error("a run that did not look says who used the processors")
	}
	r.Disturbances = []Disturbance{{"questions", 0.031, 0.001}, {"steady calls", 0.4, 0.02}, {"growth", 0, 0}}
	const want = "questions 3%, steady calls 40% and the host 2% and growth 0%"
	if !slices.Contains(r.about(), Setting{"processors used by others", want}) {
		t.Errorf("%q lacks %q", r.about(), want)
	}
	if got := r.disturbance(); got != "0 to 42%" {
		t.Errorf("in all others had %q", got)
	}
	r.Disturbances = r.Disturbances[:1]
	if got := r.disturbance(); got != "3%" {
		t.Errorf("in the one others had %q", got)
	}
}

func TestAnAimThatTheDiskDoesNotAllowIsOutOfReach(t *testing.T) {
	for _, c := range []struct {
		got, allowed   float64
		verdict, class string
	}{
		{12000, 60000, "met; the disk alone allows 60000", "met"},
		{7000, 60000, "missed; the disk alone allows 60000", "missed"},
		{3000, 4000, "out of reach: the disk alone allows 4000", "partly"},
		{12000, 9000, "met; the disk alone allows 9000", "met"},
	} {
		a := Aim{Bound: 10000, Got: Spread{c.got, c.got, c.got, 3}, Allowed: &c.allowed}
		if got := a.Verdict(); got != c.verdict || (aimView{Verdict: got}).Class() != c.class {
			t.Errorf("%v of %v: %q (%s), want %q (%s)", c.got, c.allowed, got, (aimView{Verdict: got}).Class(), c.verdict, c.class)
		}
	}
}

func TestADatabaseServerHasAColumnWhereOneWasMeasured(t *testing.T) {
	const title = "its database server's CPU us/request"
	r := sample()
	if g := r.rowGrid(); slices.Contains(g.Header, title) {
		t.Errorf("header %q, though no server was measured", g.Header)
	}
	r.Rows[1].Rounds[0].Database, r.Rows[1].Rounds[1].Database = 30, 40
	g := r.rowGrid()
	at := slices.Index(g.Header, title)
	if at < 0 || g.Rows[1][at] != "35.0 [30.0..40.0]" || g.Rows[0][at] != "" {
		t.Fatalf("header %q, rows %q", g.Header, g.Rows)
	}
	for i, row := range g.Rows {
		if len(row) != len(g.Header) {
			t.Errorf("row %d has %d cells of %d", i, len(row), len(g.Header))
		}
	}
}
