package report

// pennant is a mark's place and words.
type pennant struct {
	x      float64
	row    int // of text, from above
	anchor string
	label  string
}

// pennants puts the words of marks beside their lines, into as many rows as it takes that none touch.
func (c Chart) pennants(s scale, width float64) []pennant {
	const apart = 5
	type stretch struct{ from, to float64 }
	var rows [][]stretch
	free := func(row []stretch, want stretch) bool {
		for _, s := range row {
			if want.from < s.to+apart && s.from < want.to+apart {
				return false
			}
		}
		return true
	}
	var out []pennant
	for _, m := range c.Marks {
		if !drawable(m.X) {
			continue
		}
		x := s.at(m.X)
		room := max(width-x, x) - apart
		f := pennant{x: x, label: clip(m.Title, room, textSize), anchor: "start"}
		w := wide(f.label, textSize)
		want := stretch{x, x + apart + w}
		if want.to > width {
			f.anchor, want = "end", stretch{x - apart - w, x}
		}
		for f.row < len(rows) && !free(rows[f.row], want) {
			f.row++
		}
		if f.row == len(rows) {
			rows = append(rows, nil)
		}
		rows[f.row] = append(rows[f.row], want)
		out = append(out, f)
	}
	return out
}

// above is the height that the words of pennants take.
func above(pennants []pennant) float64 {
	rows := 0
	for _, f := range pennants {
		rows = max(rows, f.row+1)
	}
	return float64(rows) * textRow
}

// fly draws pennants whose words begin at top, and whose lines end at bottom.
func (c *canvas) fly(pennants []pennant, top, bottom float64) {
	for _, f := range pennants {
		c.line("flag", f.x, top+float64(f.row)*textRow, f.x, bottom)
	}
	for _, f := range pennants {
		x := f.x + 4
		if f.anchor == "end" {
			x = f.x - 4
		}
		c.text("flagged", f.anchor, x, top+float64(f.row)*textRow+textSize, f.label)
	}
}
