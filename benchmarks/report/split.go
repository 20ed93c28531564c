package report

import "strings"

// written is a cell of a page: a figure and its range, or words.
type written struct {
	Main, Span string
	None       bool // it was not measured
}

// split takes the range off a figure, so that it can be written in a quieter tone.
func split(cell string) written {
	if at := strings.IndexAny(cell, "[("); at > 0 && strings.HasSuffix(cell, "]") || strings.HasSuffix(cell, " round)") {
		return written{Main: strings.TrimSpace(cell[:at]), Span: cell[at:]}
	}
	return written{Main: cell, None: cell == notMeasured}
}
