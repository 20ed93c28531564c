package archtest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// House is what the document says. Packages are named by their path below the module root.
type House struct {
	rooms      []room
	exceptions []exception
	fences     []fence
	unlinked   []fence
	clocks     []clock
	redacted   []string
	bare       []string
	careless   []string
}

type room struct {
	pattern  string
	floor    int
	testOnly bool
}

type exception struct{ from, to string }

// A fence keeps modules inside packages, or, as a row of what is never linked, out of them.
type fence struct{ modules, packages []string }

type clock struct {
	pkg   string
	files []string
}

// ReadHouse reads the tables of the document at path.
func ReadHouse(path string) (House, error) {
	doc, err := os.ReadFile(path)
	if err != nil {
		return House{}, err
	}
	h, err := parseHouse(string(doc))
	if err != nil {
		return House{}, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}

func parseHouse(doc string) (House, error) {
	var h House
	for _, t := range []struct {
		name    string
		columns int
		add     func(row) error
	}{
		{"floors", 3, h.addFloor},
		{"exceptions", 3, h.addException},
		{"fences", 2, func(r row) error { return addFence(&h.fences, r) }},
		{"unlinked", 2, func(r row) error { return addFence(&h.unlinked, r) }},
		{"clocks", 2, h.addClock},
		{"secrets", 2, h.addSecret},
		{"bare secrets", 2, h.addBare},
		{"hidden secrets", 2, h.addCareless},
	} {
		rows, err := table(doc, t.name, t.columns)
		if err != nil {
			return House{}, err
		}
		for _, r := range rows {
			if err := t.add(r); err != nil {
				return House{}, fmt.Errorf("table %s: row %q: %w", t.name, strings.Join(r.text, " | "), err)
			}
		}
	}
	return h, nil
}

func (h *House) addFloor(r row) error {
	floor, err := strconv.Atoi(r.text[0])
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	for column, names := range r.names[1:] {
		for _, name := range names {
			for _, known := range h.rooms {
				if known.pattern == name {
					return fmt.Errorf("%s stands on two floors", name)
				}
			}
			h.rooms = append(h.rooms, room{name, floor, column == 1})
		}
	}
	return nil
}

func (h *House) addException(r row) error {
	if len(r.names[0]) != 1 || len(r.names[1]) != 1 || r.text[2] == "" {
		return fmt.Errorf("want one importer, one imported, and why")
	}
	h.exceptions = append(h.exceptions, exception{r.names[0][0], r.names[1][0]})
	return nil
}

func addFence(to *[]fence, r row) error {
	if len(r.names[0]) == 0 || len(r.names[1]) == 0 {
		return fmt.Errorf("both cells must name something")
	}
	*to = append(*to, fence{modules: r.names[0], packages: r.names[1]})
	return nil
}

func (h *House) addClock(r row) error {
	if len(r.names[0]) == 0 {
		return fmt.Errorf("no package")
	}
	for _, pkg := range r.names[0] {
		h.clocks = append(h.clocks, clock{pkg, r.names[1]})
	}
	return nil
}

func (h *House) addSecret(r row) error {
	if len(r.names[0]) != 1 || !strings.Contains(r.names[0][0], ".") {
		return fmt.Errorf("want one package.Type")
	}
	h.redacted = append(h.redacted, r.names[0][0])
	return nil
}

func (h *House) addBare(r row) error {
	if len(r.names[0]) != 1 || r.text[1] == "" {
		return fmt.Errorf("want one package.Type.Field, and why")
	}
	h.bare = append(h.bare, r.names[0][0])
	return nil
}

func (h *House) addCareless(r row) error {
	if len(r.names[0]) != 1 || r.text[1] == "" {
		return fmt.Errorf("want one package, and why")
	}
	h.careless = append(h.careless, r.names[0][0])
	return nil
}

// room answers with the row for path; a row that names it outright goes before one that ends in "/...".
func (h House) room(path string) (room, bool) {
	var found room
	ok := false
	for _, r := range h.rooms {
		if r.pattern == path {
			return r, true
		}
		if matches(r.pattern, path) && len(r.pattern) > len(found.pattern) {
			found, ok = r, true
		}
	}
	return found, ok
}
