package introspect

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// reader reads JSON (RFC 8259) from a text that is known to be UTF-8. The standard decoder will not do: it takes a member's name in any
// case, and the last of two.
type reader struct {
	text string
	pos  int
}

// maxDepth bounds nesting in members that are passed over.
const maxDepth = 64

var (
	errCut   = errors.New("not JSON, or cut short")
	errType  = errors.New("has a wrong type")
	errDepth = errors.New("nested too deeply")
)

// peek is the byte at hand, 0 at the end.
func (r *reader) peek() byte {
	if r.pos == len(r.text) {
		return 0
	}
	return r.text[r.pos]
}

func (r *reader) space() {
	for r.pos < len(r.text) && strings.IndexByte(" \t\n\r", r.text[r.pos]) >= 0 {
		r.pos++
	}
}

// take reads one byte after optional space, if it is c.
func (r *reader) take(c byte) bool {
	r.space()
	if r.peek() != c || r.pos == len(r.text) {
		return false
	}
	r.pos++
	return true
}

func (r *reader) literal(word string) bool {
	r.space()
	if !strings.HasPrefix(r.text[r.pos:], word) {
		return false
	}
	r.pos += len(word)
	return true
}

// object reads an object; value is called at each member's value and reads it.
func (r *reader) object(value func(name string) error) error {
	if !r.take('{') {
		return errType
	}
	if r.take('}') {
		return nil
	}
	for {
		name, err := r.string()
		if err != nil {
			return err
		}
		if !r.take(':') {
			return errCut
		}
		if err := value(name); err != nil {
			return err
		}
		if r.take('}') {
			return nil
		}
		if !r.take(',') {
			return errCut
		}
	}
}

// array reads an array; value is called at each element and reads it.
func (r *reader) array(value func() error) error {
	if !r.take('[') {
		return errType
	}
	if r.take(']') {
		return nil
	}
	for {
		if err := value(); err != nil {
			return err
		}
		if r.take(']') {
			return nil
		}
		if !r.take(',') {
			return errCut
		}
	}
}

func (r *reader) boolean() (bool, error) {
	switch {
	case r.literal("true"):
		return true, nil
	case r.literal("false"):
		return false, nil
	default:
		return false, errType
	}
}

// integer reads a number without fraction and exponent.
func (r *reader) integer() (int64, error) {
	r.space()
	start := r.pos
	if !r.number() {
		return 0, errType
	}
	n, err := strconv.ParseInt(r.text[start:r.pos], 10, 64)
	if err != nil {
		return 0, errType
	}
	return n, nil
}

// number passes over -? int frac? exp?.
func (r *reader) number() bool {
	if r.peek() == '-' {
		r.pos++
	}
	if r.peek() == '0' {
		r.pos++
	} else if !r.digits() {
		return false
	}
	if r.peek() == '.' {
		r.pos++
		if !r.digits() {
			return false
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.pos++
		if c := r.peek(); c == '+' || c == '-' {
			r.pos++
		}
		return r.digits()
	}
	return true
}

func (r *reader) digits() bool {
	start := r.pos
	for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
		r.pos++
	}
	return r.pos > start
}

// skip passes over any value.
func (r *reader) skip(depth int) error {
	if depth == maxDepth {
		return errDepth
	}
	r.space()
	switch c := r.peek(); {
	case c == '{':
		return r.object(func(string) error { return r.skip(depth + 1) })
	case c == '[':
		return r.array(func() error { return r.skip(depth + 1) })
	case c == '"':
		_, err := r.string()
		return err
	case c == '-' || c >= '0' && c <= '9':
		if !r.number() {
			return errCut
		}
		return nil
	case r.literal("true"), r.literal("false"), r.literal("null"):
		return nil
	default:
		return errCut
	}
}

// string reads a string. Half of a surrogate pair is refused: others read it as U+FFFD, so that two names become one.
func (r *reader) string() (string, error) {
	if !r.take('"') {
		return "", errType
	}
	end := strings.IndexByte(r.text[r.pos:], '"')
	if end < 0 {
		return "", errCut
	}
	plain := r.text[r.pos : r.pos+end]
	if clean(plain) {
		r.pos += end + 1
		return plain, nil
	}
	return r.escaped()
}

func clean(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == '\\' {
			return false
		}
	}
	return true
}

func (r *reader) escaped() (string, error) {
	var b strings.Builder
	for r.pos < len(r.text) {
		c := r.text[r.pos]
		r.pos++
		switch {
		case c == '"':
			return b.String(), nil
		case c < ' ':
			return "", errCut
		case c != '\\':
			b.WriteByte(c)
		default:
			char, err := r.escape()
			if err != nil {
				return "", err
			}
			b.WriteRune(char)
		}
	}
	return "", errCut
}

const (
	escapes  = `"\/bfnrt`
	escapeds = "\"\\/\b\f\n\r\t"
)

func (r *reader) escape() (rune, error) {
	c := r.peek()
	if r.pos == len(r.text) {
		return 0, errCut
	}
	r.pos++
	if c == 'u' {
		return r.unicode()
	}
	i := strings.IndexByte(escapes, c)
	if i < 0 {
		return 0, errCut
	}
	return rune(escapeds[i]), nil
}

func (r *reader) unicode() (rune, error) {
	first, ok := r.hex4()
	if !ok {
		return 0, errCut
	}
	if !utf16.IsSurrogate(first) {
		return first, nil
	}
	if !strings.HasPrefix(r.text[r.pos:], `\u`) {
		return 0, errSurrogate
	}
	r.pos += 2
	second, ok := r.hex4()
	if !ok {
		return 0, errCut
	}
	both := utf16.DecodeRune(first, second)
	if both == utf8.RuneError {
		return 0, errSurrogate
	}
	return both, nil
}

var errSurrogate = errors.New("half of a surrogate pair")

func (r *reader) hex4() (rune, bool) {
	if len(r.text)-r.pos < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(r.text[r.pos:r.pos+4], 16, 16)
	r.pos += 4
	return rune(n), err == nil
}
