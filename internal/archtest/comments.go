package archtest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// packageComments is the rule that every package says once what it is for.
func (h House) packageComments(s *Source) []string {
	var breaches []string
	for _, p := range s.packages {
		var said []string
		for _, f := range p.code() {
			if f.ast.Doc != nil && strings.TrimSpace(f.ast.Doc.Text()) != "" {
				said = append(said, f.path)
			}
		}
		if len(p.code()) > 0 && len(said) != 1 {
			breaches = append(breaches, fmt.Sprintf("%s: has %d package comments %v, want one", p.path, len(said), said))
		}
	}
	return breaches
}

var openEnd = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b(\(#\d+\))?`)

// openEnds is the rule that what is left for later carries the number under which it is remembered.
func (h House) openEnds(s *Source) ([]string, error) {
	var breaches []string
	look := func(at, text string) {
		for _, m := range openEnd.FindAllStringSubmatch(text, -1) {
			if m[2] == "" {
				breaches = append(breaches, fmt.Sprintf("%s: %s without a number, want %s(#N)", at, m[1], m[1]))
			}
		}
	}
	for _, p := range s.packages {
		for _, f := range p.files {
			for _, group := range f.ast.Comments {
				for _, c := range group.List {
					look(s.at(f, c.Pos()), c.Text)
				}
			}
		}
	}
	for _, path := range s.scripts {
		data, err := os.ReadFile(filepath.Join(s.root, path))
		if err != nil {
			return nil, err
		}
		n := 0
		for line := range strings.Lines(string(data)) {
			n++
			look(fmt.Sprintf("%s:%d", filepath.ToSlash(path), n), line)
		}
	}
	return breaches, nil
}
