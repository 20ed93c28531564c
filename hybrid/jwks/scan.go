package jwks

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds nesting: nothing that we read goes deeper than a chain of callers.
const maxDepth = 16

// manyNames is from where on names are looked up in a map, so that a large object does not cost the square of its size.
const manyNames = 32

// scanner walks over JSON and says whether it is exact. It recurses at most maxDepth deep.
type scanner struct {
	data  []byte
	at    int
	depth int
}

func (s *scanner) peek() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

func (s *scanner) take(c byte) bool {
	if s.peek() != c || s.at >= len(s.data) {
		return false
	}
	s.at++
	return true
}

func (s *scanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) value() bool {
	switch c := s.peek(); {
	case c == '"':
		_, ok := s.text()
		return ok
	case c == '{':
		return s.object(nil)
	case c == '[':
		return s.array(nil)
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if len(s.data)-s.at >= len(word) && string(s.data[s.at:s.at+len(word)]) == word {
			s.at += len(word)
			return true
		}
	}
	return false
}

// object walks over an object and keeps its members when asked to.
func (s *scanner) object(keep *Object) bool {
	if s.depth++; s.depth > maxDepth {
		return false
	}
	defer func() { s.depth-- }()
	var few [8][]byte
	seen := names{list: few[:0]}
	s.at++ // the brace
	s.space()
	if s.take('}') {
		return true
	}
	for {
		name, ok := s.text()
		if !ok || !seen.add(name) {
			return false
		}
		s.space()
		if !s.take(':') {
			return false
		}
		s.space()
		start := s.at
		if !s.value() {
			return false
		}
		if keep != nil {
			keep.members = append(keep.members, pair{name, Value{s.data[start:s.at]}})
		}
		if more, ok := s.next('}'); !more {
			return ok
		}
	}
}

// array walks over an array and keeps its elements when asked to.
func (s *scanner) array(keep *[]Value) bool {
	if s.depth++; s.depth > maxDepth {
		return false
	}
	defer func() { s.depth-- }()
	s.at++ // the bracket
	s.space()
	if s.take(']') {
		return true
	}
	for {
		start := s.at
		if !s.value() {
			return false
		}
		if keep != nil {
			*keep = append(*keep, Value{s.data[start:s.at]})
		}
		if more, ok := s.next(']'); !more {
			return ok
		}
	}
}

// next steps over what stands behind an element: a comma, or the end.
func (s *scanner) next(end byte) (more, ok bool) {
	s.space()
	if s.take(end) {
		return false, true
	}
	if !s.take(',') {
		return false, false
	}
	s.space()
	return true, true
}

func (s *scanner) number() bool {
	s.take('-')
	if !s.take('0') && !s.digits() {
		return false
	}
	if s.take('.') && !s.digits() {
		return false
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	start := s.at
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.at++
	}
	return s.at > start
}

// text walks over a string and returns what it says.
func (s *scanner) text() ([]byte, bool) {
	if !s.take('"') {
		return nil, false
	}
	start, escapes, wide := s.at, false, false
	for s.at < len(s.data) {
		c := s.data[s.at]
		switch {
		case c == '"':
			inner := s.data[start:s.at]
			s.at++
			if wide && !utf8.Valid(inner) {
				return nil, false
			}
			if escapes {
				inner = unescape(inner)
			}
			return inner, true
		case c == '\\':
			if escapes = true; !s.escape() {
				return nil, false
			}
		case c < ' ':
			return nil, false
		default:
			wide = wide || c >= utf8.RuneSelf
			s.at++
		}
	}
	return nil, false
}

// escape walks over one escape; a high surrogate must have its low one behind it, and a low one never comes alone.
func (s *scanner) escape() bool {
	rest := s.data[s.at+1:]
	if len(rest) == 0 {
		return false
	}
	if rest[0] != 'u' {
		s.at += 2
		return unescaped[rest[0]] != 0
	}
	r := hex4(rest[1:])
	if r < 0 {
		return false
	}
	s.at += 6
	if !utf16.IsSurrogate(r) {
		return true
	}
	rest = s.data[s.at:]
	if len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' {
		return false
	}
	low := hex4(rest[2:])
	s.at += 6
	return low >= 0 && utf16.DecodeRune(r, low) != utf8.RuneError
}

// names are those that an object has had so far.
type names struct {
	list [][]byte
	many map[string]bool
}

// add answers false for one that was there before.
func (n *names) add(name []byte) bool {
	if n.many != nil {
		if n.many[string(name)] {
			return false
		}
		n.many[string(name)] = true
		return true
	}
	for _, old := range n.list {
		if bytes.Equal(old, name) {
			return false
		}
	}
	if n.list = append(n.list, name); len(n.list) == manyNames {
		n.many = make(map[string]bool, 2*manyNames)
		for _, old := range n.list {
			n.many[string(old)] = true
		}
	}
	return true
}
