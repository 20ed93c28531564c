package httpapi_test

import (
	"crypto/ed25519"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/internal/httpapi"
)

// knock sends the same request of a gateway again and again.
func knock(b *testing.B, h http.Handler, token string) {
	b.Helper()
	req, err := http.NewRequest(http.MethodGet, "/forward-auth?audience=orders", nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.RemoteAddr = "192.0.2.1:1234"
	w := &sink{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		w.status = 0
		h.ServeHTTP(w, req)
		if w.status != http.StatusOK || w.header["Authorization"] == nil {
			b.Fatalf("%d %v", w.status, w.header)
		}
	}
}

func quietly(b *testing.B, capacity int) *daemon {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil)) // at info level, as a daemon runs
	return newDaemon(b, func(o *options) {
		o.swaps = capacity
		o.http = func(c *httpapi.Config) { c.Log, c.Audit = quiet, quiet }
	})
}

// What does a gateway's question cost whose answer is remembered? At most 1.4 times BenchmarkBareGin.
func BenchmarkForwardAuthRemembered(b *testing.B) {
	d := quietly(b, 1000)
	p := d.open("alice")
	for d.cache.Stats().Hits == 0 {
		d.active(p.access)
	}
	knock(b, d.Handler(), p.access)
	if s := d.swaps.Stats(); s.Minted > 1+uint64(b.Elapsed().Seconds()/30) {
		b.Errorf("%d signatures", s.Minted)
	}
}

// And one that takes a signature? At most that plus 1.2 times BenchmarkBareSignature.
func BenchmarkForwardAuthSigned(b *testing.B) {
	d := quietly(b, 0)
	p := d.open("alice")
	for d.cache.Stats().Hits == 0 {
		d.active(p.access)
	}
	knock(b, d.Handler(), p.access)
	if s := d.swaps.Stats(); s.Remembered > 0 {
		b.Errorf("%d remembered", s.Remembered)
	}
}

// What does the signature cost alone, over a text as long as a token's?
func BenchmarkBareSignature(b *testing.B) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		b.Fatal(err)
	}
	d := quietly(b, 0)
	jwt := d.jwt(d.open("alice").access)
	text := []byte(jwt[:strings.LastIndexByte(jwt, '.')])
	for b.Loop() {
		ed25519.Sign(key, text)
	}
}
