package report

import (
	"math"
	"strconv"
	"strings"
)

// lines draws values over X, and answers with the height.
func (c Chart) lines(v *canvas, top float64) float64 {
	xs, ys := c.spans()
	sx, sy := newScale(xs, c.X.Log, false), newScale(ys, c.Y.Log, true).even(5)
	right, plot := 12.0, 290.0
	if v.width < narrow {
		plot = 230
	}
	atEnds := v.width >= narrow && float64(len(c.Series))*textRow <= plot
	switch {
	case len(c.Series) < 2:
	case atEnds:
		right = c.endWidth()
	default:
		top = c.legend(v, top)
	}
	top = c.upTitle(v, top)
	left := c.leftWidth(sy)
	sx = sx.on(left+8, v.width-right)
	pennants := c.pennants(sx, v.width)
	begin := top + above(pennants) + 8
	bottom := begin + plot
	sy = sy.on(bottom, begin)
	for _, t := range sy.ticks(5, c.Y.Unit) {
		v.line("grid", left, t.at, v.width-right+6, t.at)
		v.text("muted", "end", left-6, t.at+4, t.label)
	}
	end := c.rightAxis(v, sx, bottom)
	v.fly(pennants, top, bottom)
	of := palette(c.keys())
	// Of lines that coincide, the dashed one must be above to be seen.
	for _, dashed := range []bool{false, true} {
		for i, key := range c.keys() {
			if of[key]%dashes > 0 == dashed {
				c.drawLine(v, c.Series[i], of[key], sx, sy)
			}
		}
	}
	if len(c.Series) > 1 && atEnds {
		c.endLabels(v, of, sx, sy)
	}
	return end
}

// upTitle writes the vertical axis' title where it can be read without turning one's head.
func (c Chart) upTitle(v *canvas, top float64) float64 {
	for _, text := range wrap(c.Y.words(), v.width, textSize) {
		v.text("muted", "start", 0, top+textSize, text)
		top += textRow
	}
	return top + 2
}

// leftWidth is the room for the labels of the vertical axis.
func (c Chart) leftWidth(s scale) float64 {
	w := 0.0
	for _, t := range s.on(1000, 0).ticks(5, c.Y.Unit) {
		w = max(w, wide(t.label, textSize))
	}
	return w + 8
}

// rightAxis draws the horizontal axis.
func (c Chart) rightAxis(v *canvas, s scale, bottom float64) float64 {
	n := max(2, int((s.to-s.from)/75))
	for _, t := range legible(s.ticks(n, c.X.Unit)) {
		half := wide(t.label, textSize) / 2
		v.line("axis", t.at, bottom, t.at, bottom+5)
		v.text("muted", "middle", min(max(t.at, half), v.width-half), bottom+textSize+6, t.label)
	}
	v.line("axis", s.from, bottom, s.to, bottom)
	end := bottom + axisBelow + 3
	for _, text := range wrap(c.X.words(), s.to-s.from, textSize) {
		v.text("muted", "middle", (s.from+s.to)/2, end+textSize, text)
		end += textRow
	}
	return end
}

func (c Chart) drawLine(v *canvas, series Series, colour int, sx, sy scale) {
	points := ordered(series.Points)
	var d strings.Builder
	for i, p := range thin(points, sx) {
		step := "L"
		if i == 0 {
			step = "M"
		}
		d.WriteString(step + num(sx.at(p.X)) + " " + num(sy.at(p.Y)))
	}
	if d.Len() == 0 {
		return
	}
	v.path("line"+hue(colour)+dash(colour), "", d.String())
	// Where points are dense, a shape on each would hide the line.
	const most = 24
	every := max(1, int(math.Ceil(float64(len(points))/most)))
	for i, p := range points {
		if i%every != 0 && i != len(points)-1 {
			continue
		}
		x := sx.at(p.X)
		if p.ranged() {
			v.whisker(x, sy.at(p.Low), x, sy.at(p.High))
		}
		at := unitFor(p.X, c.X.Unit).value(p.X)
		v.marker(colour, series.Title+", "+at+": "+p.words(c.Y.Unit), x, sy.at(p.Y))
	}
}

// dashes is how many kinds there are; the first is a solid line.
const dashes = 4

// dash is the class of a line's dashes.
func dash(colour int) string { return " d" + strconv.Itoa(colour%dashes) }
