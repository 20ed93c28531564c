package report

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
)

// canvas collects the elements of a picture. Paths use absolute commands only.
type canvas struct {
	strings.Builder
	width float64
}

// Sizes of text, in the units of the picture, which are pixels where it is shown at full width.
const (
	textSize = 12.5
	headSize = 15.0
	textRow  = 17.0 // from one line of text to the next
)

// num writes a coordinate; tenths are finer than anybody sees.
func num(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10+0, 'f', -1, 64) // +0: there is no -0
}

// escaped is safe between tags and in attributes; what XML cannot hold is replaced.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

// element writes a tag with the attributes name, value, name, value. A title is shown when a pointer rests on it.
func (c *canvas) element(tag, title string, attributes ...string) {
	c.WriteString("<" + tag)
	for i := 0; i+1 < len(attributes); i += 2 {
		c.WriteString(" " + attributes[i] + `="` + escaped(attributes[i+1]) + `"`)
	}
	if title == "" {
		c.WriteString("/>\n")
		return
	}
	c.WriteString("><title>" + escaped(title) + "</title></" + tag + ">\n")
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	c.element("line", "", "class", class, "x1", num(x1), "y1", num(y1), "x2", num(x2), "y2", num(y2))
}

func (c *canvas) rect(class, title string, x, y, w, h float64) {
	c.element("rect", title, "class", class, "x", num(x), "y", num(y), "width", num(max(w, 0)), "height", num(max(h, 0)))
}

func (c *canvas) path(class, title, d string) {
	c.element("path", title, "class", class, "d", d)
}

// text writes one line; anchor is start, middle or end.
func (c *canvas) text(class, anchor string, x, y float64, s string) {
	c.WriteString(`<text class="` + class + `" text-anchor="` + anchor + `" x="` + num(x) + `" y="` + num(y) + `">` + escaped(s) + "</text>\n")
}

// reading writes a point's value, and its range in a quieter tone.
func (c *canvas) reading(anchor string, x, y float64, p Point, unit string) {
	value, span := p.reading(unit)
	c.WriteString(`<text class="haloed" text-anchor="` + anchor + `" x="` + num(x) + `" y="` + num(y) + `"><tspan class="strong">` + escaped(value) + "</tspan>")
	if span != "" {
		c.WriteString(` <tspan class="muted">` + escaped(span) + "</tspan>")
	}
	c.WriteString("</text>\n")
}

// whisker is a range, with a halo so that it is seen on a bar of any colour.
func (c *canvas) whisker(x1, y1, x2, y2 float64) {
	const tip = 3.5
	d := "M" + num(x1) + " " + num(y1) + "L" + num(x2) + " " + num(y2)
	for _, end := range [][2]float64{{x1, y1}, {x2, y2}} {
		if y1 == y2 {
			d += "M" + num(end[0]) + " " + num(end[1]-tip) + "V" + num(end[1]+tip)
		} else {
			d += "M" + num(end[0]-tip) + " " + num(end[1]) + "H" + num(end[0]+tip)
		}
	}
	c.path("halo", "", d)
	c.path("whisker", "", d)
}
