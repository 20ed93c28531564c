package report

import (
	"slices"
	"strconv"
)

// mode is a way to check tokens that this package has words and a colour for.
type mode struct {
	key, needs string
}

// The order gives each its colour, and is that in which they are explained.
var modes = []mode{
	{"introspect", "a question and its database read for every call; nothing is kept"},
	{"introspect-cached", "a question for every call, answered from the daemon's memory"},
	{"ttl-cache", "answers are kept for a while, and a logout is not heard of meanwhile"},
	{"jwt", "a signature check; nobody hears of a logout before the token ends"},
	{"jwt-lease", "a signature check, and an open connection on which logouts arrive"},
}

func modeAt(key string) int {
	return slices.IndexFunc(modes, func(m mode) bool { return m.key == key })
}

// colours is how many there are, with as many shapes and dashes, since not everybody tells colours apart.
const colours = 8

// palette gives a colour to each key: a mode's own, and to others first those that no mode has, then those of modes that are not here.
func palette(keys []string) map[string]int {
	out := map[string]int{}
	var taken [colours]bool
	for _, key := range keys {
		if i := modeAt(key); i >= 0 {
			out[key], taken[i] = i, true
		}
	}
	next := len(modes)
	for _, key := range keys {
		if _, done := out[key]; done {
			continue
		}
		for n := 0; taken[next%colours] && n < colours; n++ {
			next++
		}
		out[key] = next % colours
		next++
	}
	return out
}

// hue is the class of a colour.
func hue(i int) string { return " c" + strconv.Itoa(i) }

// marker draws the shape that goes with a colour.
func (c *canvas) marker(i int, title string, x, y float64) {
	const r = 4.0
	at := func(dx, dy float64) string { return num(x+dx) + " " + num(y+dy) }
	var d string
	class := "mark"
	switch i % colours {
	case 0:
		d = "M" + at(-r, 0) + "L" + at(-r*0.7, -r*0.7) + "L" + at(0, -r) + "L" + at(r*0.7, -r*0.7) + "L" + at(r, 0) +
			"L" + at(r*0.7, r*0.7) + "L" + at(0, r) + "L" + at(-r*0.7, r*0.7) + "Z"
	case 1:
		d = "M" + at(-r, -r) + "L" + at(r, -r) + "L" + at(r, r) + "L" + at(-r, r) + "Z"
	case 2:
		d = "M" + at(0, -r*1.2) + "L" + at(r*1.1, r) + "L" + at(-r*1.1, r) + "Z"
	case 3:
		d = "M" + at(0, -r*1.3) + "L" + at(r*1.3, 0) + "L" + at(0, r*1.3) + "L" + at(-r*1.3, 0) + "Z"
	case 4:
		d = "M" + at(0, r*1.2) + "L" + at(r*1.1, -r) + "L" + at(-r*1.1, -r) + "Z"
	case 5:
		class, d = "mark hollow", "M"+at(-r, -r)+"L"+at(r, -r)+"L"+at(r, r)+"L"+at(-r, r)+"Z"
	case 6:
		class, d = "mark hollow", "M"+at(0, -r*1.3)+"L"+at(r*1.3, 0)+"L"+at(0, r*1.3)+"L"+at(-r*1.3, 0)+"Z"
	default:
		class, d = "mark hollow", "M"+at(0, -r*1.2)+"L"+at(r*1.1, r)+"L"+at(-r*1.1, r)+"Z"
	}
	c.path(class+hue(i), title, d)
}
