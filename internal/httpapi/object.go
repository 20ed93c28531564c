package httpapi

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/introspectd/introspectd/session"
)

// object writes one JSON object, member by member. It is how tokens get into an answer: no struct with a bare token in it is made, and
// members without a value are left out.
type object struct{ buf []byte }

func (o *object) name(name string) {
	if o.buf[len(o.buf)-1] != '{' {
		o.buf = append(o.buf, ',')
	}
	o.buf = append(o.buf, '"')
	o.buf = append(o.buf, name...) // a constant of ours: nothing to escape
	o.buf = append(o.buf, '"', ':')
}

// text adds a string, unless it is empty.
func (o *object) text(name, value string) *object {
	if value != "" {
		o.name(name)
		o.buf = appendText(o.buf, value)
	}
	return o
}

// always adds a string, an empty one too.
func (o *object) always(name, value string) *object {
	o.name(name)
	o.buf = appendText(o.buf, value)
	return o
}

// number adds an integer.
func (o *object) number(name string, value int64) *object {
	o.name(name)
	o.buf = strconv.AppendInt(o.buf, value, 10)
	return o
}

// date adds a time in whole seconds, unless it is not set.
func (o *object) date(name string, d session.Date) *object {
	if d == 0 {
		return o
	}
	return o.number(name, int64(d))
}

// list adds names as an array, unless there are none.
func (o *object) list(name string, l session.List) *object {
	if l == "" {
		return o
	}
	o.name(name)
	o.buf = append(o.buf, '[')
	for one := range l.All() {
		if o.buf[len(o.buf)-1] != '[' {
			o.buf = append(o.buf, ',')
		}
		o.buf = appendText(o.buf, one)
	}
	o.buf = append(o.buf, ']')
	return o
}

// end closes the object and gives the bytes away.
func (o *object) end() []byte { return append(o.buf, '}') }

// appendText writes a JSON string. Plain ASCII, which is nearly all there is, goes as it is.
func appendText(dst []byte, s string) []byte {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) < 0 {
		dst = append(dst, '"')
		dst = append(dst, s...)
		return append(dst, '"')
	}
	quoted, _ := json.Marshal(s) // a string always marshals
	return append(dst, quoted...)
}
