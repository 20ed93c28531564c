package load

import (
	"strconv"
	"strings"
)

// script is a request cut at its marks, so that writing one is a few appends.
type script struct {
	start  []string // request line and headers up to Content-Length's value
	body   []string
	length int // of the body without items
	bodied bool
}

func newScript(r Request, address string) script {
	var b strings.Builder
	b.WriteString(r.Method + " " + r.Path + " HTTP/1.1\r\nHost: " + address + "\r\n")
	for _, line := range r.Header {
		b.WriteString(line + "\r\n")
	}
	s := script{bodied: r.Body != ""}
	if s.bodied {
		b.WriteString("Content-Length: ")
	}
	s.start = strings.Split(b.String(), Mark)
	s.body = strings.Split(r.Body, Mark)
	for _, part := range s.body {
		s.length += len(part)
	}
	return s
}

// write appends the request about item.
func (s *script) write(dst []byte, item string) []byte {
	dst = join(dst, s.start, item)
	if s.bodied {
		dst = strconv.AppendInt(dst, int64(s.length+(len(s.body)-1)*len(item)), 10)
		dst = append(dst, "\r\n"...)
	}
	dst = append(dst, "\r\n"...)
	return join(dst, s.body, item)
}

func join(dst []byte, parts []string, item string) []byte {
	for i, part := range parts {
		if i > 0 {
			dst = append(dst, item...)
		}
		dst = append(dst, part...)
	}
	return dst
}
