package report

import (
	"bytes"
	"strings"
	"testing"
)

func TestAChangeNeedsRangesApartAndRoundsEnough(t *testing.T) {
	s := func(low, median, high float64, n int) *Spread { return &Spread{median, low, high, n} }
	for _, c := range []struct {
		name               string
		before, after      *Spread
		better             int
		verdict, direction string
	}{
		{"apart", s(10, 11, 12, 3), s(15, 16, 17, 3), -1, Changed, "worse"},
		{"apart, more is better", s(10, 11, 12, 3), s(15, 16, 17, 3), 1, Changed, "better"},
		{"apart downwards", s(15, 16, 17, 5), s(10, 11, 12, 3), -1, Changed, "better"},
		{"apart, neither is better", s(10, 11, 12, 3), s(15, 16, 17, 3), 0, Changed, ""},
		{"a gap narrower than a range", s(10, 11, 12, 3), s(15, 16, 20, 3), -1, WithinNoise, ""},
		{"a gap of less than the noise", s(100, 101, 102, 3), s(111, 112, 113, 3), -1, WithinNoise, ""},
		{"a gap of more than the noise", s(100, 101, 102, 3), s(113, 114, 115, 3), -1, Changed, "worse"},
		{"counted, and another number", s(612, 612, 612, 3), s(598, 598, 598, 3), -1, Changed, "better"},
		{"touching", s(10, 11, 12, 3), s(12, 14, 15, 3), -1, WithinNoise, ""},
		{"one within the other", s(10, 11, 20, 3), s(12, 14, 15, 3), -1, WithinNoise, ""},
		{"the same", s(0, 0, 0, 3), s(0, 0, 0, 3), -1, WithinNoise, ""},
		{"from none", s(0, 0, 0, 3), s(1, 2, 3, 3), -1, Changed, "worse"},
		{"two rounds before", s(10, 11, 12, 2), s(13, 14, 15, 3), -1, TooFew, ""},
		{"one round after", s(10, 11, 12, 3), s(14, 14, 14, 1), -1, TooFew, ""},
		{"rounds not known", s(10, 11, 12, 0), s(13, 14, 15, 0), -1, TooFew, ""},
		{"gone", s(10, 11, 12, 3), nil, -1, OnlyBefore, ""},
		{"new", nil, s(10, 11, 12, 3), -1, OnlyAfter, ""},
	} {
		d := Difference{Before: c.before, After: c.after, Better: c.better, Noise: 0.1}
		if d.Verdict() != c.verdict || d.Direction() != c.direction {
			t.Errorf("%s: %q %q, want %q %q", c.name, d.Verdict(), d.Direction(), c.verdict, c.direction)
		}
	}
}

func TestARunComparedWithItselfHasNotChanged(t *testing.T) {
	c := Compare(compared(), compared())
	if len(c.Differs) != 0 || len(c.Lines) < 60 {
		t.Errorf("differs %q, %d figures, want no difference and all figures", c.Differs, len(c.Lines))
	}
	for _, d := range c.Lines {
		if v := d.Verdict(); v != WithinNoise && v != TooFew {
			t.Errorf("%s %s: %s, want no change", d.Where, d.What, v)
		}
		if r, ok := d.Ratio(); ok && r != 1 {
			t.Errorf("%s %s: ratio %v, want 1", d.Where, d.What, r)
		}
	}
}

func TestFiguresArePairedByKeyAndNotByPlaceOrTitle(t *testing.T) {
	a, b := compared(), compared()
	lines := b.Sections[0].Tables[0].Lines
	lines[0], lines[1] = lines[1], lines[0]
	columns := b.Sections[0].Tables[0].Columns
	columns[0].Title = "by another name"
	b.Sections[0].Title = "another title"
	for _, d := range Compare(a, b).Lines {
		if v := d.Verdict(); v != WithinNoise && v != TooFew {
			t.Errorf("%s %s: %s, want no change", d.Where, d.What, v)
		}
	}
}

func TestAComparisonSaysWhatChangedAndWhatElseWasDifferent(t *testing.T) {
	a, b := compared(), compared()
	b.Machine.Processor, b.Settings.Seed, b.Commit = "another", 7, "fedcba987654"
	b.Settings.Others = []Setting{{"offered rate", "4000 calls/s"}, {"new", "x"}}
	b.Sections[0].Tables[0].Lines[0].Cells[0] = Cell{Spread: &Spread{59, 58, 60, 3}}
	b.Sections[0].Tables[0].Lines[1].Cells[0] = Cell{}
	b.Sections = b.Sections[:3]
	var text, md bytes.Buffer
	c := Compare(a, b)
	if err := c.Text(&text); err != nil {
		t.Fatal(err)
	}
	if err := c.Markdown(&md); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"NOT THE SAME, processor: before a processor of some maker @ 2.50GHz, after another", "NOT THE SAME, seed: before 42, after 7",
		"NOT THE SAME, offered rate: before 2000 calls/s, after 4000 calls/s", "lease: before 2s, after not set", "new: before not set, after x",
		"1 changed (1 better, 0 worse)", "6 only before", "commit 0123456789ab", "commit fedcba987654", "Growth",
	} {
		if !strings.Contains(text.String(), want) || !strings.Contains(md.String(), want) {
			t.Errorf("text or Markdown lacks %q", want)
		}
	}
	if want := "| introspect, processor time of a call, µs | 118 [111..127] | 59.0 [58.0..60.0] | 0.50 | changed, better |"; !strings.Contains(md.String(), want) {
		t.Errorf("the Markdown lacks %q:\n%s", want, md.String())
	}
	if strings.Index(text.String(), "NOT THE SAME") > strings.Index(text.String(), "Steady") {
		t.Error("what was different comes after the figures")
	}
}
