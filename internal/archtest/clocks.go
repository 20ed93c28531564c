package archtest

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
)

// readsClock are the functions of package time that ask what time it is.
var readsClock = []string{"Now", "Since", "Until"}

// clockReaders is the rule that decisions are told the time: the packages of the table read no clock outside the files named there.
func (h House) clockReaders(s *Source) []string {
	var breaches []string
	for _, p := range s.packages {
		for _, rule := range h.clocks {
			if rule.pkg != p.path {
				continue
			}
			for _, f := range p.code() {
				if !mayReadClock(rule.files, path.Base(f.path)) {
					breaches = append(breaches, s.clockReads(f)...)
				}
			}
		}
	}
	return breaches
}

func mayReadClock(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	})
}

func (s *Source) clockReads(f file) []string {
	local := ""
	for _, spec := range f.ast.Imports {
		if spec.Path.Value == `"time"` {
			local = "time"
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	if local == "." {
		return []string{f.path + ": imports time with a dot, so nobody sees whether it reads the clock"}
	}
	var breaches []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && local != "" && x.Name == local && slices.Contains(readsClock, sel.Sel.Name) {
			breaches = append(breaches, fmt.Sprintf("%s: uses time.%s; take the time as a parameter", s.at(f, sel.Pos()), sel.Sel.Name))
		}
		return true
	})
	return breaches
}
