package session

import (
	"iter"
	"strings"
)

// List is a set of names in the spelling of RFC 6749 §3.3: separated by single spaces, in the order in which they were given,
// none twice. It is used for scopes, audiences and authentication methods. One string per list keeps a remembered session small,
// and most sessions share theirs.
type List string

// ListOf joins names, leaving out empty and repeated ones. Names hold no spaces: whoever takes them from outside checks that.
func ListOf(names ...string) List {
	var out List
	for _, n := range names {
		if n != "" && !out.Has(n) {
			out = out.with(n)
		}
	}
	return out
}

// ParseList reads a space-separated string.
func ParseList(text string) List { return ListOf(strings.Fields(text)...) }

func (l List) with(name string) List {
	if l == "" {
		return List(name)
	}
	return l + " " + List(name)
}

// All yields the names in order.
func (l List) All() iter.Seq[string] {
	return func(yield func(string) bool) {
		rest := string(l)
		for rest != "" {
			var name string
			name, rest, _ = strings.Cut(rest, " ")
			if !yield(name) {
				return
			}
		}
	}
}

// Names is All as a slice.
func (l List) Names() []string { return strings.Fields(string(l)) }

// Len counts the names.
func (l List) Len() int {
	if l == "" {
		return 0
	}
	return 1 + strings.Count(string(l), " ")
}

// Has compares whole names, byte for byte: "read" is not in "readwrite".
func (l List) Has(name string) bool {
	for n := range l.All() {
		if n == name {
			return true
		}
	}
	return false
}

// Within reports whether every name of l is in m.
func (l List) Within(m List) bool {
	for n := range l.All() {
		if !m.Has(n) {
			return false
		}
	}
	return true
}

// And keeps the names of l that are also in m, in l's order. When all are, it returns l itself.
func (l List) And(m List) List {
	if l.Within(m) {
		return l
	}
	var out List
	for n := range l.All() {
		if m.Has(n) {
			out = out.with(n)
		}
	}
	return out
}

// String is the list as it goes over the wire.
func (l List) String() string { return string(l) }
