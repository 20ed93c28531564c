package report

import (
	"cmp"
	"math"
	"slices"
)

// ordered is what can be drawn of a series, from left to right.
func ordered(points []Point) []Point {
	out := slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return !drawable(p.X) || !drawable(p.Y) })
	slices.SortStableFunc(out, func(a, b Point) int { return cmp.Compare(a.X, b.X) })
	return out
}

// thin keeps of the points in one column of pixels the first, the lowest, the highest and the last: nobody sees more, and a series of
// any length makes a picture of bounded size.
func thin(points []Point, s scale) []Point {
	var out []Point
	for from := 0; from < len(points); {
		column := math.Floor(s.at(points[from].X))
		to := from + 1
		for to < len(points) && math.Floor(s.at(points[to].X)) == column {
			to++
		}
		out = append(out, extremes(points[from:to])...)
		from = to
	}
	return out
}

func extremes(points []Point) []Point {
	if len(points) <= 4 {
		return points
	}
	low, high := 0, 0
	for i, p := range points {
		if p.Y < points[low].Y {
			low = i
		}
		if p.Y > points[high].Y {
			high = i
		}
	}
	keep := []int{0, low, high, len(points) - 1}
	slices.Sort(keep)
	var out []Point
	for _, i := range slices.Compact(keep) {
		out = append(out, points[i])
	}
	return out
}

// spans collects what the two scales of a chart have to hold.
func (c Chart) spans() (xs, ys []float64) {
	for _, s := range c.Series {
		for _, p := range ordered(s.Points) {
			xs, ys = append(xs, p.X), append(ys, p.Y)
			if p.ranged() {
				ys = append(ys, p.Low, p.High)
			}
		}
	}
	for _, m := range c.Marks {
		xs = append(xs, m.X)
	}
	return xs, ys
}
