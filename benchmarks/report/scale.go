package report

import (
	"math"
	"slices"
)

// scale puts values on a stretch of the picture. On a logarithmic one zero, and whatever is below, has a place of its own before the smallest.
type scale struct {
	log      bool
	lo, hi   float64 // values at the ends
	from, to float64 // where the ends are drawn
	gap      float64 // room for zero, of a logarithmic scale
}

// zeroGap is how far zero is from the smallest value of a logarithmic scale.
const zeroGap = 24

// drawable says whether a value can be put on a scale; beyond these bounds differences overflow.
func drawable(v float64) bool { return math.Abs(v) < 1e300 }

// newScale spans the values. Based ones begin at zero unless a value is below it.
func newScale(values []float64, log, based bool) scale {
	values = slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return !drawable(v) })
	if log {
		return logScale(values)
	}
	if len(values) == 0 {
		return scale{hi: 1}
	}
	s := scale{lo: slices.Min(values), hi: slices.Max(values)}
	if based {
		s.lo, s.hi = min(s.lo, 0), max(s.hi, 0)
	}
	// Values that differ by less than a float can count are one.
	if room := math.Abs(s.hi) + math.Abs(s.lo); s.hi-s.lo <= room*1e-9 {
		switch {
		case room < 1e-290:
			s.lo, s.hi = 0, 1
		case based && s.lo >= 0:
			s.lo = 0
		default:
			s.lo, s.hi = s.lo-room/4, s.hi+room/4
		}
	}
	return s
}

func logScale(values []float64) scale {
	const smallest = 1e-290
	positive := slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return v < smallest })
	s := scale{log: true, lo: 1, hi: 10}
	if len(positive) > 0 {
		s.lo, s.hi = edgeBelow(slices.Min(positive)), edgeAbove(slices.Max(positive))
	}
	if s.hi <= s.lo*1.001 {
		s.lo, s.hi = s.lo/10, s.hi*10
	}
	if len(positive) < len(values) {
		s.gap = zeroGap
	}
	return s
}

// edgeBelow is the last 1, 2 or 5 of a decade that is not above v, edgeAbove the first that is not below.
func edgeBelow(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{5, 2} {
		if m*decade <= v*(1+1e-9) {
			return m * decade
		}
	}
	return decade
}

func edgeAbove(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*decade >= v*(1-1e-9) {
			return m * decade
		}
	}
	return 10 * decade
}

// on lays the scale from one place to another.
func (s scale) on(from, to float64) scale {
	s.from, s.to = from, to
	return s
}

// even rounds the ends of a linear scale to the steps of its ticks.
func (s scale) even(n int) scale {
	if s.log {
		return s
	}
	step := stepOf(s.hi-s.lo, n)
	s.lo, s.hi = math.Floor(s.lo/step+1e-9)*step, math.Ceil(s.hi/step-1e-9)*step
	return s
}

// at is where a value is drawn; never outside the scale.
func (s scale) at(v float64) float64 {
	if !s.log {
		return s.from + clamp((v-s.lo)/(s.hi-s.lo))*(s.to-s.from)
	}
	if s.gap > 0 && v <= 0 {
		return s.from
	}
	start := s.from + math.Copysign(s.gap, s.to-s.from)
	if v <= s.lo {
		return start
	}
	return start + clamp(math.Log10(v/s.lo)/math.Log10(s.hi/s.lo))*(s.to-start)
}

// base is the value that is drawn where the scale begins.
func (s scale) base() float64 {
	if s.log && s.gap > 0 {
		return 0
	}
	return s.lo
}

func clamp(share float64) float64 { return min(max(share, 0), 1) }
