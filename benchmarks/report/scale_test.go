package report

import (
	"strings"
	"testing"
)

func TestScalesPutZeroWhereItCanBeTold(t *testing.T) {
	s := newScale([]float64{0, 10, 1000}, true, false).on(0, 224)
	for v, want := range map[float64]float64{0: 0, -3: 0, 10: zeroGap, 100: 124, 1000: 224, 1e9: 224} {
		if got := s.at(v); got != want {
			t.Errorf("logarithmic: %v is at %v, want %v", v, got, want)
		}
	}
	s = newScale([]float64{5, 10}, false, true).on(100, 0)
	for v, want := range map[float64]float64{0: 100, 5: 50, 10: 0, 20: 0, -1: 100} {
		if got := s.at(v); got != want {
			t.Errorf("linear, upside down: %v is at %v, want %v", v, got, want)
		}
	}
}

func TestTicksAreRoundAndInTheirUnit(t *testing.T) {
	for _, c := range []struct {
		values []float64
		log    bool
		n      int
		unit   string
		want   string
	}{
		{[]float64{0, 93}, false, 5, "", "0 20 40 60 80"},
		{[]float64{0, 1}, false, 2, "", "0 0.5 1"},
		{[]float64{0, 120000}, false, 3, "", "0 50k 100k"},
		{[]float64{0, 4500}, false, 5, "us", "0|1 ms|2 ms|3 ms|4 ms"},
		{[]float64{-1, 1}, false, 4, "s", "-1 s|-0.5 s|0|0.5 s|1 s"},
		{[]float64{1, 900}, true, 5, "", "1 10 100 1k"},
		{[]float64{1, 90}, true, 5, "", "1 2 5 10 20 50 100"},
		{[]float64{1e3, 1e6}, true, 5, "", "1k 10k 100k 1M"},
		{[]float64{0, 1, 1e6}, true, 3, "us", "0|1 µs|100 µs|10 ms|1 s"},
		{[]float64{1, 1e12}, true, 4, "bytes", "1 B|1 kB|1 MB|1 GB|1 TB"},
		{nil, false, 2, "", "0 0.5 1"},
		{nil, true, 2, "", "1 2 5 10"},
	} {
		var got []string
		for _, tick := range newScale(c.values, c.log, false).on(0, 100).ticks(c.n, c.unit) {
			got = append(got, tick.label)
		}
		separator := " "
		if strings.Contains(c.want, "|") {
			separator = "|"
		}
		if text := strings.Join(got, separator); text != c.want {
			t.Errorf("ticks of %v, logarithmic %t, %q = %q, want %q", c.values, c.log, c.unit, text, c.want)
		}
	}
}

func TestValuesAreReadInAUnitOfTheirSize(t *testing.T) {
	for _, c := range []struct {
		v    float64
		unit string
		want string
	}{
		{0, "us", "0 µs"},
		{24.13, "us", "24.1 µs"},
		{999.96, "us", "1 ms"},
		{2900, "us", "2.9 ms"},
		{0.0021, "s", "2.1 ms"},
		{4.6, "s", "4.6 s"},
		{812, "ns", "812 ns"},
		{512.3, "bytes", "512 B"},
		{131234567, "bytes", "131 MB"},
		{52345, "1/s", "52.3k/s"},
		{99.4, "%", "99.4%"},
		{0.0213, "", "0.0213"},
		{0.00002, "", "2e-05"},
		{-12.5, "calls", "-12.5 calls"},
	} {
		if got := unitFor(c.v, c.unit).value(c.v); got != c.want {
			t.Errorf("%v %s reads %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}
