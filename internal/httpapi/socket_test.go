package httpapi_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// talk sends bytes over a connection of its own and reads what comes back, until the server closes it or has nothing to say.
func talk(t *testing.T, address, text string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	go func() { _, _ = conn.Write([]byte(text)) }()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%.60q: %v", text, err)
	}
	return res
}

func TestOddRequestsOverASocketAreAnsweredCleanly(t *testing.T) {
	d := newDaemon(t)
	server := httptest.NewServer(d.Handler())
	defer server.Close()
	address := server.Listener.Addr().String()
	const head = " HTTP/1.1\r\nHost: x\r\nAuthorization: Basic b3JkZXJzLWFwaTpvcmRlcnMtc2VjcmV0LTAxMjM0NTY3ODk=\r\n"
	const formed = "Content-Type: application/x-www-form-urlencoded\r\n"
	for name, c := range map[string]struct {
		text   string
		status int
	}{
		"2 MiB with a length":    {"POST /introspect" + head + formed + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", 2<<20, strings.Repeat("a", 2<<20)), 413},
		"2 MiB in chunks":        {"POST /introspect" + head + formed + "Transfer-Encoding: chunked\r\n\r\n200000\r\n" + strings.Repeat("a", 2<<20) + "\r\n0\r\n\r\n", 413},
		"a million parameters":   {"POST /introspect" + head + formed + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", 4000, strings.Repeat("a=b&", 1000)), 400},
		"no body at all":         {"POST /introspect" + head + formed + "\r\n", 400},
		"the server as a target": {"OPTIONS *" + head + "\r\n", 200},
		"another host's URL":     {"GET http://other.example/livez" + head + "\r\n", 200},
		"a tunnel":               {"CONNECT other.example:443" + head + "\r\n", 404},
		"an escaped path":        {"POST /%69ntrospect" + head + formed + "Content-Length: 7\r\n\r\ntoken=x", 200},
		"an upgrade to HTTP/2":   {"GET /livez" + head + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n", 200},
		"a name in both":         {"POST /introspect" + head + formed + "Authorization: Bearer x\r\nContent-Length: 7\r\n\r\ntoken=x", 400},
	} {
		res := talk(t, address, c.text)
		if res.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", name, res.StatusCode, c.status)
		}
	}
	if strings.Contains(d.log.String(), "panic") {
		t.Error(d.log)
	}
}

// A body that never ends costs a connection, and nothing else.
func TestAClientThatHangsUpInTheMiddleOfItsBodyIsForgotten(t *testing.T) {
	d := newDaemon(t)
	server := httptest.NewServer(d.Handler())
	defer server.Close()
	for range 20 {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write([]byte("POST /revoke HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ntoken="))
		_ = conn.Close()
	}
	server.Close() // waits for every handler
	if log := d.log.String(); strings.Contains(log, "level=ERROR") || strings.Count(log, "endpoint=revoke") > 20 {
		t.Errorf("log: %s", log)
	}
}
