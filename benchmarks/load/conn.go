package load

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
)

// conn speaks as much HTTP/1.1 as a client needs that sends whole requests and reads whole answers, one after the other. Go's own
// client spends more on a request than the servers that we measure.
type conn struct {
	net  net.Conn
	r    *bufio.Reader
	body []byte // of the last answer; valid until the next
}

func dial(ctx context.Context, address string) (*conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &conn{net: c, r: bufio.NewReaderSize(c, 4<<10)}, nil
}

// answer is what came back. Last says that the server closes the connection behind it.
type answer struct {
	status int
	last   bool
}

// maxBody bounds what is read of one answer; those that we measure have some hundred bytes.
const maxBody = 1 << 20

// ask is bounded by the connection's deadline, which is set once for the whole run: setting one per request would cost the generator more
// than the rest of the request.
func (c *conn) ask(request []byte) (answer, error) {
	if _, err := c.net.Write(request); err != nil {
		return answer{}, err
	}
	return c.read()
}

// framing is what the header fields say about the body (RFC 9112 §6.3).
type framing struct {
	length  int // -1: not stated
	chunked bool
	last    bool
}

func (c *conn) read() (answer, error) {
	status, err := c.statusLine()
	if err != nil {
		return answer{}, err
	}
	f := framing{length: -1}
	for {
		line, err := c.line()
		if err != nil {
			return answer{}, err
		}
		if len(line) == 0 {
			break
		}
		if err := f.field(line); err != nil {
			return answer{}, err
		}
	}
	return answer{status, f.last}, c.readBody(status, f)
}

func (c *conn) line() ([]byte, error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

func (c *conn) statusLine() (int, error) {
	line, err := c.line()
	if err != nil {
		return 0, err
	}
	const version = "HTTP/1.1 "
	if len(line) < len(version)+3 || string(line[:len(version)]) != version {
		return 0, errors.New("the answer is not HTTP/1.1")
	}
	status, err := strconv.Atoi(string(line[len(version) : len(version)+3]))
	if err != nil || status < 200 {
		return 0, fmt.Errorf("the answer has the status %q", line[len(version):])
	}
	return status, nil
}

var (
	contentLength    = []byte("Content-Length")
	transferEncoding = []byte("Transfer-Encoding")
	connection       = []byte("Connection")
)

func (f *framing) field(line []byte) error {
	name, value, found := bytes.Cut(line, []byte(":"))
	if !found {
		return errors.New("the answer has a header line without a colon")
	}
	value = bytes.TrimSpace(value)
	switch {
	case bytes.EqualFold(name, contentLength):
		n, err := strconv.ParseUint(string(value), 10, 32)
		if err != nil {
			return fmt.Errorf("the answer has the length %q", value)
		}
		f.length = int(n)
	case bytes.EqualFold(name, transferEncoding):
		f.chunked = bytes.EqualFold(value, []byte("chunked"))
		if !f.chunked {
			return fmt.Errorf("the answer is encoded as %q", value)
		}
	case bytes.EqualFold(name, connection):
		f.last = bytes.EqualFold(value, []byte("close"))
	}
	return nil
}

func (c *conn) readBody(status int, f framing) error {
	c.body = c.body[:0]
	switch {
	case status == 204 || status == 304:
		return nil
	case f.chunked:
		return c.readChunks()
	case f.length < 0:
		return errors.New("the answer does not say how long it is")
	case f.length > maxBody:
		return fmt.Errorf("the answer has %d bytes, more than %d", f.length, maxBody)
	}
	if cap(c.body) < f.length {
		c.body = make([]byte, 0, f.length)
	}
	c.body = c.body[:f.length]
	_, err := io.ReadFull(c.r, c.body)
	return err
}

func (c *conn) readChunks() error {
	body, err := io.ReadAll(io.LimitReader(httputil.NewChunkedReader(c.r), maxBody+1))
	if err != nil {
		return err
	}
	if len(body) > maxBody {
		return fmt.Errorf("the answer has more than %d bytes", maxBody)
	}
	c.body = body
	for { // the trailer, ended by an empty line
		line, err := c.line()
		if err != nil || len(line) == 0 {
			return err
		}
	}
}
