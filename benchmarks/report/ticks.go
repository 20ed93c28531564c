package report

import "math"

type tick struct {
	at    float64
	label string
}

// ticks are about n places on a scale that a reader can count by.
func (s scale) ticks(n int, unit string) []tick {
	if s.log {
		return s.logTicks(n, unit)
	}
	step := stepOf(s.hi-s.lo, n)
	u := unitFor(max(math.Abs(s.hi), math.Abs(s.lo)), unit)
	var out []tick
	first := math.Ceil(s.lo/step - 1e-9)
	for i := range 2*n + 3 {
		v := (first + float64(i)) * step
		if v > s.hi+step*1e-6 {
			break
		}
		out = append(out, tick{s.at(v), u.tick(v)})
	}
	return out
}

func (s scale) logTicks(n int, unit string) []tick {
	var out []tick
	if s.gap > 0 {
		out = append(out, tick{s.from, "0"})
	}
	low, high := math.Floor(math.Log10(s.lo)+1e-9), math.Floor(math.Log10(s.hi)+1e-9)
	multiples := []float64{1}
	if high-low <= 2 {
		multiples = []float64{1, 2, 5}
	}
	every := max(1, math.Ceil((high-low)/float64(max(n, 1))))
	for decade := low; decade <= high; decade += every {
		for _, m := range multiples {
			if v := m * math.Pow(10, decade); v >= s.lo*(1-1e-9) && v <= s.hi*(1+1e-9) {
				out = append(out, tick{s.at(v), unitFor(v, unit).tick(v)})
			}
		}
	}
	return out
}

// stepOf is 1, 2 or 5 of a decade, so that about n of them make the span.
func stepOf(span float64, n int) float64 {
	raw := span / float64(max(n, 1))
	decade := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5} {
		if raw <= m*decade*1.0001 {
			return m * decade
		}
	}
	return 10 * decade
}

// legible leaves out ticks whose labels would touch along a horizontal axis.
func legible(ticks []tick) []tick {
	var out []tick
	end := math.Inf(-1)
	for _, t := range ticks {
		half := wide(t.label, textSize) / 2
		if t.at-half < end+6 {
			continue
		}
		end = t.at + half
		out = append(out, t)
	}
	return out
}
