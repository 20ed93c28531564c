package report

import (
	"math"
	"slices"
)

// bar is one of them, or the heading of those that belong together.
type bar struct {
	label   string
	heading bool
	colour  int
	point   Point
}

func (b bar) value(unit string) (value, span string) {
	if b.heading {
		return "", ""
	}
	return b.point.reading(unit)
}

// barList puts what has the same label together. Where the labels are modes, bars have the modes' colours.
func (c Chart) barList() []bar {
	var labels []string
	for _, s := range c.Series {
		for _, p := range s.Points {
			if !slices.Contains(labels, p.Label) {
				labels = append(labels, p.Label)
			}
		}
	}
	keys := c.keys()
	of := palette(keys)
	isMode := func(key string) bool { return modeAt(key) >= 0 }
	byLabel := slices.ContainsFunc(labels, isMode) && !slices.ContainsFunc(keys, isMode)
	var out []bar
	for _, label := range labels {
		if len(c.Series) > 1 {
			out = append(out, bar{label: label, heading: true})
		}
		for i, s := range c.Series {
			b := bar{label: s.Title, colour: of[keys[i]], point: Point{Label: label, Y: math.NaN()}}
			if at := slices.IndexFunc(s.Points, func(p Point) bool { return p.Label == label }); at >= 0 {
				b.point = s.Points[at]
			}
			if len(c.Series) == 1 {
				b.label = label
			}
			if byLabel {
				b.colour = colours - 1
				if modeAt(label) >= 0 {
					b.colour = modeAt(label)
				}
			}
			out = append(out, b)
		}
	}
	return out
}

// Heights of bars, in the two layouts.
const (
	barThick  = 14.0
	barBeside = 23.0             // label beside the bar
	barBelow  = textRow + 24     // label above it
	barHead   = textRow + 7      // heading of a group
	axisBelow = textRow + 2      // labels of ticks
	narrow    = deskWidth * 0.75 // what is narrower is for a phone
)

// bars draws them lying, and answers with the height.
func (c Chart) bars(v *canvas, top float64) float64 {
	list := c.barList()
	labelWidth, valueWidth, values := 0.0, 0.0, []float64{}
	for _, b := range list {
		value, span := b.value(c.Y.Unit)
		valueWidth = max(valueWidth, wide(value, textSize*1.1)+wide(" "+span, textSize))
		if b.heading {
			continue
		}
		labelWidth = max(labelWidth, wide(b.label, textSize)+12)
		if values = append(values, b.point.Y); b.point.ranged() {
			values = append(values, b.point.Low, b.point.High)
		}
	}
	for _, m := range c.Marks {
		values = append(values, m.X)
	}
	beside := v.width >= narrow && labelWidth <= v.width*0.4
	s := newScale(values, c.Y.Log, true)
	each := barBelow
	if beside {
		s, each = s.on(labelWidth, v.width-valueWidth-14), barBeside
	} else {
		s = s.on(10, v.width-10)
	}
	pennants := c.pennants(s, v.width)
	first := top + above(pennants) + 6
	bottom := first
	for _, b := range list {
		if b.heading {
			bottom += barHead
		} else {
			bottom += each
		}
	}
	bottom += 4
	end := c.valueAxis(v, s, first-4, bottom)
	y := first
	for _, b := range list {
		switch {
		case b.heading:
			v.text("strong haloed", "start", 0, y+textSize+3, clip(b.label, v.width, textSize*1.1))
			y += barHead
			continue
		case beside:
			v.text("", "end", labelWidth-8, y+textSize+2, b.label)
			c.bar(v, s, b, y+2)
			c.besideBar(v, s, b, y+textSize+2)
		default:
			c.aboveBar(v, b, y+textSize)
			c.bar(v, s, b, y+textRow)
		}
		y += each
	}
	v.fly(pennants, top, bottom)
	return end
}

// valueAxis draws the ticks of lying bars.
func (c Chart) valueAxis(v *canvas, s scale, top, bottom float64) float64 {
	n := max(2, int((s.to-s.from)/85))
	for _, t := range legible(s.ticks(n, c.Y.Unit)) {
		v.line("grid", t.at, top, t.at, bottom)
		if half := wide(t.label, textSize) / 2; t.at+half <= v.width && t.at-half >= 0 {
			v.text("muted", "middle", t.at, bottom+textSize+3, t.label)
		} else if t.at-half < 0 {
			v.text("muted", "start", 0, bottom+textSize+3, t.label)
		} else {
			v.text("muted", "end", v.width, bottom+textSize+3, t.label)
		}
	}
	end := bottom + axisBelow
	for _, text := range wrap(c.Y.words(), v.width-s.from, textSize) {
		v.text("muted", "start", s.from, end+textSize, text)
		end += textRow
	}
	return end
}

// bar draws a length from zero; where there is no zero to begin at, the place of the value.
func (c Chart) bar(v *canvas, s scale, b bar, y float64) {
	if !drawable(b.point.Y) {
		return
	}
	title := b.label + ": " + b.point.words(c.Y.Unit)
	at, middle := s.at(b.point.Y), y+barThick/2
	if s.log {
		v.line("stem"+hue(b.colour), s.from, middle, at, middle)
	} else {
		zero := s.at(0)
		v.rect("bar"+hue(b.colour), title, min(zero, at), y, max(math.Abs(at-zero), 1), barThick)
	}
	if b.point.ranged() {
		v.whisker(s.at(b.point.Low), middle, s.at(b.point.High), middle)
	}
	if s.log {
		v.marker(b.colour, title, at, middle)
	}
}

// besideBar writes the value behind the bar and its range.
func (c Chart) besideBar(v *canvas, s scale, b bar, y float64) {
	x := s.at(0)
	if drawable(b.point.Y) {
		x = max(x, s.at(b.point.Y))
	}
	if b.point.ranged() {
		x = max(x, s.at(b.point.High))
	}
	v.reading("start", x+9, y, b.point, c.Y.Unit)
}

// aboveBar writes label and value over the bar.
func (c Chart) aboveBar(v *canvas, b bar, y float64) {
	value, span := b.value(c.Y.Unit)
	room := v.width - wide(value+" ", textSize*1.1) - wide(span, textSize) - 10
	v.text("haloed", "start", 0, y, clip(b.label, room, textSize))
	v.reading("end", v.width, y, b.point, c.Y.Unit)
}
