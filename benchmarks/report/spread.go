package report

import (
	"math"
	"slices"
	"strconv"
)

// Spread is the median of the rounds, and their range.
type Spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	N      int     `json:"n,omitempty"` // rounds; 0: not known
}

// SpreadOf needs at least one value; of none it is zero.
func SpreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	v := slices.Sorted(slices.Values(values))
	mid := len(v) / 2
	median := v[mid]
	if len(v)%2 == 0 {
		median = (v[mid-1] + v[mid]) / 2
	}
	return Spread{median, v[0], v[len(v)-1], len(v)}
}

// String is "18.0 [17.3..18.0]". One round has no range, and says so.
func (s Spread) String() string {
	if s.N == 1 {
		return figure(s.Median) + " (1 round)"
	}
	return figure(s.Median) + " [" + figure(s.Min) + ".." + figure(s.Max) + "]"
}

// figure shows three or more digits that mean something.
func figure(v float64) string {
	digits := 0
	switch size := math.Abs(v); {
	case v == 0:
		return "0"
	case size < 0.001:
		return strconv.FormatFloat(v, 'g', 2, 64)
	case size < 0.1:
		digits = 4
	case size < 10:
		digits = 2
	case size < 100:
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}

// Over is the spread of one quantity over the rounds.
func (r Row) Over(of func(Round) float64) Spread {
	values := make([]float64, 0, len(r.Rounds))
	for _, round := range r.Rounds {
		values = append(values, of(round))
	}
	return SpreadOf(values)
}

// CPU is what a request costs the server, in microseconds.
func CPU(r Round) float64 { return r.CPU }

// database is what a request costs a database's server on the same machine, in microseconds, beside CPU. 0: not known.
func database(r Round) float64 { return r.Database }

// PerSecond is how many right answers there were in a second.
func PerSecond(r Round) float64 { return r.PerSecond }

// Lookups is how often the database was asked, where that was counted.
func Lookups(r Round) float64 {
	if r.Lookups == nil {
		return 0
	}
	return *r.Lookups
}

// Ratio compares two rows round by round; rounds that only one of them has, or in which the other says 0, do not count.
func Ratio(row, to Row, of func(Round) float64) (Spread, bool) {
	var values []float64
	for _, a := range row.Rounds {
		for _, b := range to.Rounds {
			if a.Round == b.Round && of(b) > 0 && of(a) > 0 {
				values = append(values, of(a)/of(b))
			}
		}
	}
	return SpreadOf(values), len(values) > 0
}
