package report

import (
	"slices"
	"strings"
)

// describe tells the picture to those who do not see it.
func (c Chart) describe() string {
	if !c.holds() {
		return "Nothing was measured."
	}
	var said []string
	if title := c.Y.words(); title != "" {
		said = append(said, "Shown is "+title+".")
	}
	if c.Kind == Lines || c.Kind == Steps {
		for _, s := range c.Series {
			said = append(said, c.course(s))
		}
	} else {
		for _, b := range c.barList() {
			if b.heading {
				said = append(said, b.label+":")
				continue
			}
			said = append(said, b.label+" "+b.point.words(c.Y.Unit)+".")
		}
	}
	for _, m := range c.Marks {
		said = append(said, "Marked: "+m.Title+".")
	}
	return strings.Join(said, " ")
}

// course is where a series begins, what its extremes are and where it ends.
func (c Chart) course(s Series) string {
	points := ordered(s.Points)
	if len(points) == 0 {
		return s.Title + ": not measured."
	}
	at := func(p Point) string {
		text := unitFor(p.Y, c.Y.Unit).value(p.Y)
		if drawable(p.X) {
			text += " at " + unitFor(p.X, c.X.Unit).value(p.X)
		}
		return text
	}
	first, last := points[0], points[len(points)-1]
	low, high := slices.MinFunc(points, byY), slices.MaxFunc(points, byY)
	if low.Y == high.Y {
		return s.Title + ": " + unitFor(low.Y, c.Y.Unit).value(low.Y) + " throughout."
	}
	return s.Title + ": from " + at(first) + " to " + at(last) + ", least " + at(low) + ", most " + at(high) + "."
}
