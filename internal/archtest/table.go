package archtest

import (
	"fmt"
	"regexp"
	"strings"
)

// A row is what the cells of one table line name between backquotes; words around the names are for the reader only.
type row struct {
	names [][]string
	text  []string
}

var quoted = regexp.MustCompile("`([^`]+)`")

// table finds the lines between "<!-- house: NAME -->" and "<!-- house: end -->", and answers with the rows below the heading.
func table(doc, name string, columns int) ([]row, error) {
	start := "<!-- house: " + name + " -->"
	if n := strings.Count(doc, start); n != 1 {
		return nil, fmt.Errorf("table %s: marker %q stands %d times, want once", name, start, n)
	}
	_, rest, _ := strings.Cut(doc, start)
	body, _, ended := strings.Cut(rest, "<!-- house: end -->")
	if !ended || strings.Contains(body, "<!-- house: ") {
		return nil, fmt.Errorf("table %s: no end marker", name)
	}
	lines := strings.Split(strings.TrimSpace(body), "\n")
	if len(lines) < 2 || !strings.HasPrefix(lines[1], "|-") {
		return nil, fmt.Errorf("table %s: want a heading, a line of dashes, then rows", name)
	}
	var rows []row
	for _, line := range lines[2:] {
		r, err := parseRow(line, columns)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", name, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func parseRow(line string, columns int) (row, error) {
	inner, opened := strings.CutPrefix(strings.TrimSpace(line), "|")
	inner, closed := strings.CutSuffix(inner, "|")
	cells := strings.Split(inner, "|")
	if !opened || !closed || len(cells) != columns {
		return row{}, fmt.Errorf("row %q: want %d cells between bars", line, columns)
	}
	var r row
	for _, cell := range cells {
		var names []string
		for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
			names = append(names, m[1])
		}
		r.names = append(r.names, names)
		r.text = append(r.text, strings.TrimSpace(cell))
	}
	return r, nil
}

// matches reports whether path is named by pattern: itself, or for "x/..." x and all below it.
func matches(pattern, path string) bool {
	tree, ok := strings.CutSuffix(pattern, "/...")
	if !ok {
		return pattern == path
	}
	return within(tree, path)
}

func within(tree, path string) bool {
	return path == tree || strings.HasPrefix(path, tree+"/")
}

func matchesAny(patterns []string, path string) bool {
	for _, p := range patterns {
		if matches(p, path) {
			return true
		}
	}
	return false
}
