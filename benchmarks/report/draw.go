package report

import (
	"math"
	"strconv"
)

// The two widths that charts are drawn at. What is drawn for a desk cannot be read on a phone, however it is scaled.
const (
	deskWidth  = 820.0
	phoneWidth = 360.0
)

// SVG is the chart as one element. A standalone one is a file of its own, with its title, and with colours for light and dark; others
// get theirs from the page they are in.
func (c Chart) SVG(standalone bool) string {
	if standalone {
		return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + c.svg(c.Key, deskWidth, true)
	}
	return c.svg(c.Key, deskWidth, false)
}

// svg draws at a width. The id begins those of its elements, so that a page may hold many.
func (c Chart) svg(id string, width float64, standalone bool) string {
	v := &canvas{width: width}
	top := 4.0
	if standalone {
		for _, text := range wrap(c.Title, width, headSize*1.1) {
			v.text("head", "start", 0, top+headSize+6, text)
			top += headSize + 6
		}
		top += 10
	}
	height := top
	switch {
	case !c.holds():
		v.text("muted", "start", 0, top+textSize+4, "Not measured.")
		height = top + 2*textRow
	case c.Kind == Lines:
		height = c.lines(v, top)
	case c.Kind == Steps:
		height = c.steps(v, top)
	default:
		height = c.bars(v, top)
	}
	height = math.Ceil(height + 4)
	margin := 0.0
	if standalone {
		margin = 14
		height += 8
	}
	left, whole := num(-margin), width+2*margin
	head := &canvas{}
	head.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="` + left + " 0 " + num(whole) + " " + num(height) + `"` +
		` aria-labelledby="` + escaped(id) + `-title ` + escaped(id) + `-desc"`)
	if standalone {
		head.WriteString(` width="` + num(whole) + `" height="` + num(height) + `"`)
	}
	head.WriteString(">\n<title id=\"" + escaped(id) + `-title">` + escaped(c.Title) + "</title>\n" +
		`<desc id="` + escaped(id) + `-desc">` + escaped(c.describe()) + "</desc>\n")
	if standalone {
		head.WriteString("<style>\n" + escaped(chartStyle) + "</style>\n")
		head.rect("paper", "", -margin, 0, whole, height)
	}
	return head.String() + v.String() + "</svg>\n"
}

// holds says whether there is anything to draw.
func (c Chart) holds() bool {
	for _, s := range c.Series {
		for _, p := range s.Points {
			if drawable(p.Y) && drawable(p.X) {
				return true
			}
		}
	}
	return false
}

// keys are those of the series; a series without one is told apart by its place.
func (c Chart) keys() []string {
	out := make([]string, 0, len(c.Series))
	for i, s := range c.Series {
		if s.Key == "" {
			s.Key = "series " + strconv.Itoa(i)
		}
		out = append(out, s.Key)
	}
	return out
}

// words is an axis' title, with its unit where the ticks do not carry it.
func (a Axis) words() string {
	out := a.Title
	if d := unitFor(0, a.Unit); !d.always && a.Unit != "" {
		if out != "" {
			out += ", "
		}
		out += unitName(a.Unit)
	}
	if a.Log {
		out += " (logarithmic)"
	}
	return out
}

// ranged says whether a point has a range that can be drawn.
func (p Point) ranged() bool {
	return drawable(p.Low) && drawable(p.High) && p.Low < p.High && p.Low <= p.Y && p.Y <= p.High
}

// reading is a value with its range, as words.
func (p Point) reading(unit string) (value, span string) {
	if !drawable(p.Y) {
		return "not measured", ""
	}
	d := unitFor(p.Y, unit)
	if p.ranged() {
		span = "[" + d.bare(p.Low) + ".." + d.bare(p.High) + "]"
	}
	return d.value(p.Y), span
}

func (p Point) words(unit string) string {
	value, span := p.reading(unit)
	if span == "" {
		return value
	}
	return value + " " + span
}
