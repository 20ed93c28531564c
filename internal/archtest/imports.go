package archtest

import "fmt"

// upwardImports is the rule of the floors: a package imports packages of lower floors only, what is for tests is imported by
// tests, and nothing imports a command, tests included.
func (h House) upwardImports(s *Source) []string {
	var breaches []string
	used := map[exception]bool{}
	for _, p := range s.packages {
		if _, ok := h.room(p.path); !ok && len(p.code()) > 0 {
			breaches = append(breaches, fmt.Sprintf("%s: stands on no floor of the import table", p.path))
		}
		for _, f := range p.files {
			for _, path := range f.imports() {
				to, ok := s.internal(path)
				if !ok || to == p.path {
					continue
				}
				if why := h.refuses(p.path, to, f.test, used); why != "" {
					breaches = append(breaches, f.path+": "+why)
				}
			}
		}
	}
	return append(breaches, h.idleExceptions(s, used)...)
}

func (h House) refuses(from, to string, test bool, used map[exception]bool) string {
	if within("cmd", to) {
		return fmt.Sprintf("imports %s; nothing imports a command", to)
	}
	importer, placed := h.room(from)
	imported, known := h.room(to)
	if test || !placed || !known {
		return "" // a package without a floor has its own breach
	}
	for _, e := range h.exceptions {
		if matches(e.from, from) && matches(e.to, to) {
			used[e] = true
			return ""
		}
	}
	if imported.testOnly && !importer.testOnly {
		return fmt.Sprintf("imports %s, which is for tests only", to)
	}
	if imported.floor >= importer.floor {
		return fmt.Sprintf("%s (floor %d) imports %s (floor %d); imports go down", from, importer.floor, to, imported.floor)
	}
	return ""
}

// idleExceptions finds exceptions that nobody needs any more: both packages are there, the import is not.
func (h House) idleExceptions(s *Source, used map[exception]bool) []string {
	there := map[string]bool{}
	for _, p := range s.packages {
		there[p.path] = true
	}
	var idle []string
	for _, e := range h.exceptions {
		if there[e.from] && there[e.to] && !used[e] {
			idle = append(idle, fmt.Sprintf("exception %s -> %s: not needed any more", e.from, e.to))
		}
	}
	return idle
}
