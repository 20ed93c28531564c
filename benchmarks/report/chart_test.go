package report

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

const hostile = `<script>alert("x")</script> & ]]> ' ` + "\x00\x1b[31m\xff" + ` </svg></title></style>`

// awkward are the charts that no run should make, and some will.
func awkward() map[string]Chart {
	inf, nan := math.Inf(1), math.NaN()
	series := func(values ...float64) []Series {
		s := Series{Key: "a", Title: "a"}
		for i, v := range values {
			s.Points = append(s.Points, Point{X: float64(i), Label: fmt.Sprint("label ", i), Y: v, Low: v * 0.5, High: v * 2})
		}
		return []Series{s}
	}
	var many []Series
	for i := range 30 {
		many = append(many, series(1, float64(i), 3)[0])
		many[i].Key, many[i].Title = fmt.Sprint(i), fmt.Sprint("series number ", i)
	}
	dense := Series{Key: "jwt", Title: "jwt"}
	for i := range 20_000 {
		dense.Points = append(dense.Points, Point{X: float64(i), Label: fmt.Sprint(i % 3), Y: float64(i % 97)})
	}
	long := strings.Repeat("a long name ", 30)
	out := map[string]Chart{
		"nothing":          {},
		"empty series":     {Series: []Series{{Key: "a", Title: "a"}, {Key: "b", Title: "b"}}},
		"one round":        {Series: []Series{{Title: "a", Points: []Point{{X: 5, Label: "a", Y: 7}}}}},
		"one zero":         {Series: series(0)},
		"zeros":            {Series: series(0, 0, 0)},
		"zero among":       {Series: series(0, 12, 1e6, 0)},
		"below zero":       {Series: series(-5, 3, -1e6)},
		"all the same":     {Series: series(7, 7, 7)},
		"no numbers":       {Series: series(nan, inf, -inf)},
		"numbers and not":  {Series: series(1, nan, 3, inf)},
		"huge":             {Series: series(1e299, 1, 1e308)},
		"tiny":             {Series: series(1e-299, 5e-324, 1e-12)},
		"hardly different": {Series: series(1e15, 1e15+0.25)},
		"many series":      {Series: many},
		"dense":            {Series: []Series{dense}},
		"same keys":        {Series: append(series(1, 2), series(3, 4)...)},
		"hostile": {
			Title: hostile, Key: hostile, X: Axis{Title: hostile, Unit: hostile}, Y: Axis{Title: hostile, Unit: hostile}, Marks: []Mark{{1, hostile}},
			Series: []Series{{hostile, hostile, []Point{{X: 1, Label: hostile, Y: 2}, {X: 2, Label: hostile, Y: 3}}}, {"b", hostile, nil}},
		},
		"long": {
			Title: long, X: Axis{Title: long}, Y: Axis{Title: long}, Marks: []Mark{{0, long}, {1, long}, {0.5, strings.ReplaceAll(long, " ", "")}},
			Series: []Series{{"a", long, []Point{{Label: long, Y: 1}, {X: 1, Label: "b", Y: 2}}}, {"b", long + "b", []Point{{Label: long, Y: 1}}}},
		},
		"marks elsewhere": {Series: series(1, 2), Marks: []Mark{{-100, "before"}, {100, "after"}, {nan, "never"}, {inf, "never"}, {0, "now"}, {0, "now too"}}},
		"all are marks":   {Marks: []Mark{{1, "x"}}},
	}
	for _, s := range compared().Sections {
		for _, c := range s.Charts {
			out[c.Key] = c
		}
	}
	return out
}

func TestEveryChartIsXMLAndInsideItsBox(t *testing.T) {
	for name, c := range awkward() {
		for _, kind := range []string{Bars, Lines, Steps, "a kind of tomorrow"} {
			for _, logs := range [][2]bool{{false, false}, {true, false}, {false, true}, {true, true}} {
				c.Kind, c.X.Log, c.Y.Log = kind, logs[0], logs[1]
				t.Run(fmt.Sprint(name, "/", kind, logs), func(t *testing.T) {
					all(t, c, func(t *testing.T, svg string, p picture) {
						if p.elements["svg"] != 1 || p.elements["desc"] != 1 || p.elements["script"] != 0 {
							t.Errorf("it has %v, want one svg with one desc and no script", p.elements)
						}
						if len(svg) > 1<<20 {
							t.Errorf("it has %d bytes, want no more than can be shown", len(svg))
						}
						if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
							t.Error("it has NaN or Inf in it")
						}
					})
				})
			}
		}
	}
}

func TestEveryModeAndValueIsInThePicture(t *testing.T) {
	section := steadyFixture()
	for _, c := range section.Charts {
		all(t, c, func(t *testing.T, svg string, p picture) {
			said := strings.Join(p.texts, "\n")
			for _, m := range modes {
				if !strings.Contains(said, m.key) {
					t.Errorf("%s does not name %s", c.Key, m.key)
				}
			}
			for _, s := range c.Series {
				for _, point := range s.Points {
					if value, span := point.reading(c.Y.Unit); !strings.Contains(said, value) || !strings.Contains(said, span) {
						t.Errorf("%s does not say %s %s of %s", c.Key, value, span, point.Label)
					}
				}
			}
		})
	}
}

func TestNoWordsLieOnOthers(t *testing.T) {
	charts := []Chart{{
		Kind: Lines, Series: []Series{{"a", "a", []Point{{X: 0, Y: 1}, {X: 10, Y: 2}}}},
		Marks: []Mark{{1, "one moment"}, {1.1, "the next moment"}, {1.2, "and one more"}, {9.9, "nearly over"}, {10, "over"}},
	}}
	for _, s := range compared().Sections {
		charts = append(charts, s.Charts...)
	}
	for _, c := range charts {
		all(t, c, func(t *testing.T, svg string, p picture) {
			for i := range p.boxes {
				for n := range i {
					if p.boxes[i].over(p.boxes[n]) {
						t.Errorf("%s: %q lies on %q", c.Key, p.texts[i], p.texts[n])
					}
				}
			}
		})
	}
}

func TestTheLastStepGoesOnToTheEnd(t *testing.T) {
	c := Chart{Kind: Steps, Series: []Series{{"a", "a", []Point{{X: 0, Y: 1}}}, {"b", "b", []Point{{X: 0, Y: 0}, {X: 10, Y: 1}}}}}
	all(t, c, func(t *testing.T, svg string, p picture) {
		ends := map[float64]int{}
		for _, path := range p.paths {
			if class, d, _ := strings.Cut(path, " M"); strings.HasPrefix(class, "step") {
				last := 0.0
				walk(t, "M"+d, func(x, _ float64) { last = x })
				ends[last]++
			}
		}
		if len(ends) != 1 {
			t.Errorf("the lanes end at %v, want all at the same place", ends)
		}
	})
}

func TestWhatWasNotMeasuredIsSaidAndNotDrawnAsZero(t *testing.T) {
	c := Chart{Kind: Bars, Series: []Series{
		{"a", "first", []Point{{Label: "x", Y: 1}, {Label: "y", Y: 2}}},
		{"b", "second", []Point{{Label: "x", Y: 3}}},
	}}
	all(t, c, func(t *testing.T, svg string, p picture) {
		if bars := strings.Count(svg, `class="bar`); bars != 3 {
			t.Errorf("there are %d bars, want 3", bars)
		}
		if !strings.Contains(strings.Join(p.texts, "\n"), notMeasured) {
			t.Errorf("nothing says what was not measured: %q", p.texts)
		}
	})
}

// The picture is the same wherever it is, but its ids must not be.
func TestAFileCarriesItsColoursAndAPageItsOwn(t *testing.T) {
	c := growthFixture().Charts[0]
	if svg := c.SVG(true); !strings.Contains(svg, "prefers-color-scheme: dark") || !strings.HasPrefix(svg, "<?xml") || look(t, svg).elements["style"] != 1 {
		t.Error("a file of its own lacks the colours for dark screens")
	}
	if svg := c.SVG(false); strings.Contains(svg, "<style") || strings.Contains(svg, "<?xml") {
		t.Error("a part of a page brings a style along")
	}
	if c.svg("a", phoneWidth, false) == strings.ReplaceAll(c.svg("b", deskWidth, false), `"b-`, `"a-`) {
		t.Error("the phone sees the desk's picture")
	}
}

func TestAModeHasItsColourInEveryChart(t *testing.T) {
	for _, keys := range [][]string{{"jwt"}, {"other", "jwt"}, {"a", "b", "c", "d", "e", "jwt", "jwt-lease"}} {
		p := palette(keys)
		if p["jwt"] != modeAt("jwt") {
			t.Errorf("palette(%q) gives jwt %d, want %d", keys, p["jwt"], modeAt("jwt"))
		}
		seen := map[int]bool{}
		for _, colour := range p {
			seen[colour] = true
		}
		if len(seen) != len(keys) {
			t.Errorf("palette(%q) = %v, want a colour each", keys, p)
		}
	}
}

func TestThinningKeepsTheExtremes(t *testing.T) {
	var points []Point
	for i := range 10_000 {
		points = append(points, Point{X: float64(i), Y: 5})
	}
	points[4321].Y, points[4322].Y = 99, -99
	out := thin(points, newScale([]float64{0, 9999}, false, false).on(0, 100))
	low, high := 0.0, 0.0
	for _, p := range out {
		low, high = min(low, p.Y), max(high, p.Y)
	}
	if len(out) > 4*101 || low != -99 || high != 99 {
		t.Errorf("%d points from %v to %v, want at most 404 from -99 to 99", len(out), low, high)
	}
}
