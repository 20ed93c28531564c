package report

import (
	"cmp"
	"slices"
)

const (
	sampleWidth = 34.0  // of a line with its shape
	endMost     = 210.0 // for names at the ends of lines
)

// legend names the series above the picture, in as many rows as it takes.
func (c Chart) legend(v *canvas, top float64) float64 {
	const apart = 14
	of := palette(c.keys())
	x := 0.0
	for i, key := range c.keys() {
		name := clip(c.Series[i].Title, v.width-sampleWidth, textSize)
		w := sampleWidth + wide(name, textSize)
		if x > 0 && x+w > v.width {
			x, top = 0, top+textRow
		}
		v.sample(of[key], x, top+textRow/2)
		v.text("", "start", x+sampleWidth-4, top+textRow/2+4, name)
		x += w + apart
	}
	return top + textRow + 6
}

func (c *canvas) sample(colour int, x, y float64) {
	c.path("line"+hue(colour)+dash(colour), "", "M"+num(x)+" "+num(y)+"H"+num(x+26))
	c.marker(colour, "", x+13, y)
}

// endWidth is the room for the series' names behind their lines.
func (c Chart) endWidth() float64 {
	w := 0.0
	for _, s := range c.Series {
		w = max(w, wide(s.Title, textSize)+30)
	}
	return min(w, endMost)
}

// endLabels names each line at its end, moved apart where lines end together.
func (c Chart) endLabels(v *canvas, of map[string]int, sx, sy scale) {
	type label struct {
		name    string
		colour  int
		x, y    float64 // of the line's end
		written float64
	}
	var labels []label
	for i, key := range c.keys() {
		points := ordered(c.Series[i].Points)
		if len(points) == 0 {
			continue
		}
		last := points[len(points)-1]
		labels = append(labels, label{c.Series[i].Title, of[key], sx.at(last.X), sy.at(last.Y), sy.at(last.Y)})
	}
	slices.SortStableFunc(labels, func(a, b label) int { return cmp.Compare(a.y, b.y) })
	for i := range labels {
		if i > 0 {
			labels[i].written = max(labels[i].written, labels[i-1].written+textRow)
		}
	}
	// Pushed below the axis, they move up again.
	floor := sy.from
	for i := len(labels) - 1; i >= 0; i-- {
		labels[i].written = min(labels[i].written, floor)
		floor = labels[i].written - textRow
	}
	for _, l := range labels {
		x := sx.to + 26
		v.path("leader"+hue(l.colour), "", "M"+num(l.x+6)+" "+num(l.y)+"L"+num(x-4)+" "+num(l.written))
		v.text("", "start", x, l.written+4, clip(l.name, v.width-x, textSize))
	}
}
