package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
)

// picture is what a test sees of an SVG.
type picture struct {
	elements map[string]int
	texts    []string
	boxes    []box // of the texts
	paths    []string
	ids      map[string]bool
}

// box is about where a line of text is.
type box struct{ left, top, right, bottom float64 }

func (a box) over(b box) bool {
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

// look reads a picture as XML, and reports every coordinate that is no number or not inside.
func look(t *testing.T, svg string) picture {
	t.Helper()
	p := picture{elements: map[string]int{}, ids: map[string]bool{}}
	d := xml.NewDecoder(strings.NewReader(svg))
	var left, top, right, bottom float64
	var text, anchor string
	var x, y float64
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return p
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			p.elements[name]++
			at := map[string]string{}
			for _, a := range token.Attr {
				at[a.Name.Local] = a.Value
				if a.Name.Local == "id" {
					if p.ids[a.Value] {
						t.Errorf("the id %q is there twice", a.Value)
					}
					p.ids[a.Value] = true
				}
			}
			inside := func(what string, x, y float64) {
				if !(x >= left && x <= right && y >= top && y <= bottom) {
					t.Errorf("%s at %v, %v is not inside %v..%v, %v..%v: %v", what, x, y, left, right, top, bottom, at)
				}
			}
			switch name {
			case "svg":
				n, err := fmt.Sscan(at["viewBox"], &left, &top, &right, &bottom)
				if n != 4 || err != nil || right <= 0 || bottom <= 0 {
					t.Fatalf("viewBox %q", at["viewBox"])
				}
				right, bottom = right+left, bottom+top
			case "line":
				inside(name, coordinate(t, at["x1"]), coordinate(t, at["y1"]))
				inside(name, coordinate(t, at["x2"]), coordinate(t, at["y2"]))
			case "rect":
				x, y := coordinate(t, at["x"]), coordinate(t, at["y"])
				inside(name, x, y)
				inside(name, x+coordinate(t, at["width"]), y+coordinate(t, at["height"]))
			case "path":
				p.paths = append(p.paths, at["class"]+" "+at["d"])
				walk(t, at["d"], func(x, y float64) { inside(name, x, y) })
			case "text":
				x, text, anchor = coordinate(t, at["x"]), "", at["text-anchor"]
				y = coordinate(t, at["y"])
				inside(name, x, y)
			}
		case xml.CharData:
			text += string(token)
		case xml.EndElement:
			if token.Name.Local != "text" {
				continue
			}
			p.texts = append(p.texts, text)
			from, w := x, wide(text, textSize)
			switch anchor {
			case "middle":
				from -= w / 2
			case "end":
				from -= w
			}
			p.boxes = append(p.boxes, box{from, y - textSize*0.75, from + w, y})
			if from < left-1 || from+w > right+1 {
				t.Errorf("the text %q is from %v to %v, and the picture from %v to %v", text, from, from+w, left, right)
			}
		}
	}
}

func coordinate(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		t.Fatalf("%q is no coordinate", text)
	}
	return v
}

// walk follows a path of the absolute commands M, L, H, V and Z.
func walk(t *testing.T, d string, visit func(x, y float64)) {
	t.Helper()
	var x, y float64
	for d != "" {
		command := d[0]
		end := strings.IndexAny(d[1:], "MLHVZ")
		if end < 0 {
			end = len(d) - 1
		}
		numbers := strings.Fields(d[1 : 1+end])
		d = d[1+end:]
		switch {
		case (command == 'M' || command == 'L') && len(numbers) == 2:
			x, y = coordinate(t, numbers[0]), coordinate(t, numbers[1])
		case command == 'H' && len(numbers) == 1:
			x = coordinate(t, numbers[0])
		case command == 'V' && len(numbers) == 1:
			y = coordinate(t, numbers[0])
		case command == 'Z' && len(numbers) == 0:
			continue
		default:
			t.Fatalf("path has %c with %q", command, numbers)
		}
		visit(x, y)
	}
}

// all draws a chart in all the ways there are.
func all(t *testing.T, c Chart, check func(t *testing.T, svg string, p picture)) {
	t.Helper()
	for way, svg := range map[string]string{
		"desk": c.svg("x", deskWidth, false), "phone": c.svg("x", phoneWidth, false), "file": c.SVG(true),
	} {
		t.Run(way, func(t *testing.T) { check(t, svg, look(t, svg)) })
	}
}
