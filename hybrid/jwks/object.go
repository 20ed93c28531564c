package jwks

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Object is a JSON object, read exactly (RFC 8259, and stricter where readers differ): a name is compared byte for byte and occurs once
// at any depth, text is valid UTF-8 without lone surrogates, nothing but white space stands around it. encoding/json lets "EXP" overwrite
// "exp", takes the last of two, and turns broken bytes into U+FFFD, so that two subjects become one.
type Object struct{ members []pair }

type pair struct {
	name  []byte
	value Value
}

// Value is one JSON value. The zero Value is a member that is not there.
type Value struct{ raw []byte }

var errJSON = errors.New("not an exact JSON object")

// ParseObject reads one object. What it returns points into data.
func ParseObject(data []byte) (Object, error) {
	s := scanner{data: data}
	s.space()
	o := Object{members: make([]pair, 0, 20)}
	if s.peek() != '{' || !s.object(&o) {
		return Object{}, errJSON
	}
	if s.space(); s.at != len(data) {
		return Object{}, errJSON
	}
	return o, nil
}

// Value finds a member.
func (o Object) Value(name string) Value {
	for i := range o.members {
		if string(o.members[i].name) == name {
			return o.members[i].value
		}
	}
	return Value{}
}

// Has reports whether there is a member of the name, whatever its value.
func (o Object) Has(name string) bool { return o.Value(name).Exists() }

// Exists reports whether the member is there. null exists.
func (v Value) Exists() bool { return v.raw != nil }

// Text is a string's text.
func (v Value) Text() (string, bool) {
	if len(v.raw) < 2 || v.raw[0] != '"' {
		return "", false
	}
	inner := v.raw[1 : len(v.raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), true
	}
	return string(unescape(inner)), true
}

// Int is a number that is written as a whole one and fits: no fraction, no exponent, no sign but minus. 1e300 and 2^63 are not cut down to
// something that happens to fit.
func (v Value) Int() (int64, bool) {
	if len(v.raw) == 0 || v.raw[0] != '-' && (v.raw[0] < '0' || v.raw[0] > '9') || string(v.raw) == "-0" {
		return 0, false
	}
	n, err := strconv.ParseInt(string(v.raw), 10, 64)
	return n, err == nil
}

// Elements are those of an array.
func (v Value) Elements() ([]Value, bool) {
	if len(v.raw) == 0 || v.raw[0] != '[' {
		return nil, false
	}
	s, elements := scanner{data: v.raw}, []Value{}
	return elements, s.array(&elements)
}

// Texts are the elements of an array of strings.
func (v Value) Texts() ([]string, bool) {
	elements, ok := v.Elements()
	if !ok {
		return nil, false
	}
	texts := make([]string, len(elements))
	for i, e := range elements {
		if texts[i], ok = e.Text(); !ok {
			return nil, false
		}
	}
	return texts, true
}

// Object is an object inside another.
func (v Value) Object() (Object, bool) {
	if len(v.raw) == 0 || v.raw[0] != '{' {
		return Object{}, false
	}
	o, err := ParseObject(v.raw)
	return o, err == nil
}

// unescape undoes the escapes of a string that the scanner has let through.
func unescape(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out = append(out, text[i])
			continue
		}
		i++
		if text[i] != 'u' {
			out = append(out, unescaped[text[i]])
			continue
		}
		r := rune(hex4(text[i+1:]))
		i += 4
		if utf16.IsSurrogate(r) {
			r = utf16.DecodeRune(r, rune(hex4(text[i+3:])))
			i += 6
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// hex4 reads four hexadecimal digits, or answers -1.
func hex4(b []byte) int32 {
	if len(b) < 4 {
		return -1
	}
	var n int32
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int32(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | int32(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | int32(c-'A'+10)
		default:
			return -1
		}
	}
	return n
}
