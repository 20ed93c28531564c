package report

import (
	"math"
	"strconv"
	"strings"
)

// display is a unit that suits the size of a value.
type display struct {
	name   string
	factor float64 // of it in the unit of the data
	always bool    // also at ticks
}

// Units that have larger and smaller ones; the data may be in any of them.
var families = [][]display{
	{{"ns", 1, true}, {"µs", 1e3, true}, {"ms", 1e6, true}, {"s", 1e9, true}},
	{{"B", 1, true}, {"kB", 1e3, true}, {"MB", 1e6, true}, {"GB", 1e9, true}, {"TB", 1e12, true}},
}

var spellings = map[string]string{"us": "µs", "μs": "µs", "bytes": "B", "byte": "B", "seconds": "s", "1/s": "/s"}

// unitFor finds the unit of the same family in which a value has few digits.
func unitFor(v float64, unit string) display {
	if other, ok := spellings[unit]; ok {
		unit = other
	}
	for _, family := range families {
		for _, own := range family {
			if own.name != unit {
				continue
			}
			best := family[0]
			for _, d := range family {
				if math.Abs(v)*own.factor >= d.factor*0.9995 {
					best = d
				}
			}
			if v == 0 {
				best = own
			}
			best.factor /= own.factor
			return best
		}
	}
	// A unit is a word; what is longer would take the room of the picture.
	return display{clip(unit, 80, textSize), 1, false}
}

// unitName is how a unit is spelled.
func unitName(unit string) string {
	if unit == "us" || unit == "μs" {
		return "µs"
	}
	return unit
}

func (d display) tick(v float64) string {
	if !d.always || v == 0 {
		return short(v)
	}
	return d.value(v)
}

func (d display) value(v float64) string {
	switch d.name {
	case "":
		return d.bare(v)
	case "%", "/s":
		return d.bare(v) + d.name
	}
	return d.bare(v) + " " + d.name
}

func (d display) bare(v float64) string { return short(v / d.factor) }

// short has three digits that mean something, and no zeros after them.
func short(v float64) string {
	size := math.Abs(v)
	suffix := ""
	for _, s := range []struct {
		from float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if size >= s.from*0.9995 {
			v, size, suffix = v/s.from, size/s.from, s.name
			break
		}
	}
	switch {
	case size >= 1e4 || size > 0 && size < 0.001:
		return strconv.FormatFloat(v, 'g', 2, 64) + suffix
	case size >= 99.95:
		return strconv.FormatFloat(v, 'f', 0, 64) + suffix
	}
	digits := 2
	if size >= 9.995 {
		digits = 1
	}
	if size < 0.1 {
		digits = 4
	}
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text + suffix
}
