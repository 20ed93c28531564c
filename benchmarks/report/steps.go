package report

import (
	"cmp"
	"slices"
	"strings"
)

// laneHeight is what a series takes below its name.
const laneHeight = 40.0

// steps draws a lane for each series, all on the same scales, so that nothing hides anything.
func (c Chart) steps(v *canvas, top float64) float64 {
	xs, ys := c.spans()
	sx, sy := newScale(xs, c.X.Log, false), newScale(ys, c.Y.Log, true).even(2)
	top = c.upTitle(v, top)
	left := 0.0
	for _, t := range c.laneTicks(sy) {
		left = max(left, wide(t.label, textSize)+8)
	}
	sx = sx.on(left, v.width-14)
	pennants := c.pennants(sx, v.width)
	begin := top + above(pennants) + 2
	bottom := begin + float64(len(c.Series))*(textRow+laneHeight+8)
	v.fly(pennants, top, bottom)
	of := palette(c.keys())
	for i, key := range c.keys() {
		c.lane(v, c.Series[i], of[key], sx, sy.on(begin+textRow+laneHeight, begin+textRow+4))
		begin += textRow + laneHeight + 8
	}
	return c.rightAxis(v, sx, bottom)
}

// laneTicks are the ends of a lane's scale; there is no room for more.
func (c Chart) laneTicks(s scale) []tick {
	low, high := unitFor(s.hi, c.Y.Unit), unitFor(s.hi, c.Y.Unit)
	if s.log {
		low = unitFor(s.base(), c.Y.Unit)
	}
	return []tick{{s.from, low.tick(s.base())}, {s.to, high.tick(s.hi)}}
}

func (c Chart) lane(v *canvas, series Series, colour int, sx, sy scale) {
	for _, t := range c.laneTicks(sy) {
		v.line("grid", sx.from, t.at, sx.to, t.at)
		v.text("muted", "end", sx.from-6, t.at+4, t.label)
	}
	points := ordered(series.Points)
	about := "not measured"
	if len(points) > 0 {
		most := slices.MaxFunc(points, byY)
		about = "at most " + unitFor(most.Y, c.Y.Unit).value(most.Y)
		c.laneArea(v, series, thin(points, sx), colour, sx, sy)
	}
	name := clip(series.Title, sx.to-sx.from-12, textSize*1.1)
	x := sx.from
	v.marker(colour, "", x+5, sy.to-9)
	v.WriteString(`<text class="haloed" text-anchor="start" x="` + num(x+15) + `" y="` + num(sy.to-5) + `"><tspan class="strong">` + escaped(name) + "</tspan>")
	if wide(name, textSize*1.1)+wide("  "+about, textSize)+15 <= sx.to-sx.from {
		v.WriteString(` <tspan class="muted"> ` + escaped(about) + "</tspan>")
	}
	v.WriteString("</text>\n")
}

// laneArea fills what is below the steps, and shows the range of each where it is known.
func (c Chart) laneArea(v *canvas, series Series, points []Point, colour int, sx, sy scale) {
	value := func(p Point) float64 { return p.Y }
	outline := path(points, value, sx, sy)
	v.path("area"+hue(colour), series.Title, outline+"V"+num(sy.from)+"H"+num(sx.at(points[0].X))+"Z")
	if slices.ContainsFunc(points, Point.ranged) {
		edge := func(of func(Point) float64) func(Point) float64 {
			return func(p Point) float64 {
				if p.ranged() {
					return of(p)
				}
				return p.Y
			}
		}
		v.path("edge"+hue(colour), "", path(points, edge(func(p Point) float64 { return p.Low }), sx, sy))
		v.path("edge"+hue(colour), "", path(points, edge(func(p Point) float64 { return p.High }), sx, sy))
	}
	v.path("step"+hue(colour), "", outline)
}

// path goes along the steps, to the end of the axis.
func path(points []Point, of func(Point) float64, sx, sy scale) string {
	var d strings.Builder
	for i, p := range points {
		x, y := num(sx.at(p.X)), num(sy.at(of(p)))
		if i == 0 {
			d.WriteString("M" + x + " " + y)
			continue
		}
		d.WriteString("H" + x + "V" + y)
	}
	d.WriteString("H" + num(sx.to))
	return d.String()
}

func byY(a, b Point) int { return cmp.Compare(a.Y, b.Y) }
