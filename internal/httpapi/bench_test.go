package httpapi_test

import (
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/introspectd/introspectd/internal/httpapi"
)

// sink is a ResponseWriter that costs nothing.
type sink struct {
	header http.Header
	status int
	size   int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(p []byte) (int, error) { s.size += len(p); return len(p), nil }

// exercise sends the same question again and again. An answer has so many bytes at least.
func exercise(b *testing.B, h http.Handler, token string, least int) {
	b.Helper()
	text := url.Values{"token": {token}}.Encode()
	body := strings.NewReader(text)
	req, err := http.NewRequest(http.MethodPost, "/introspect", nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("orders-api", secrets["orders-api"])
	req.RemoteAddr, req.ContentLength = "192.0.2.1:1234", int64(len(text))
	closer := io.NopCloser(body)
	w := &sink{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(text)
		req.Body, req.Form, req.PostForm = closer, nil, nil
		clear(w.header)
		w.status, w.size = 0, 0
		h.ServeHTTP(w, req)
		if w.status != http.StatusOK || w.size < least {
			b.Fatalf("%d with %d bytes", w.status, w.size)
		}
	}
}

// What does the framework cost with nothing in it but a password check, a form and 250 bytes?
func BenchmarkBareGin(b *testing.B) {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	want := sha256.Sum256([]byte(secrets["orders-api"]))
	constant := []byte(`{"active":true,"pad":"` + strings.Repeat("x", 226) + `"}`)
	e.POST("/introspect", func(c *gin.Context) {
		id, secret, ok := c.Request.BasicAuth()
		got := sha256.Sum256([]byte(secret))
		if !ok || id != "orders-api" || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			c.Status(http.StatusUnauthorized)
			return
		}
		if err := c.Request.ParseForm(); err != nil || c.Request.PostForm.Get("token") == "" {
			c.Status(http.StatusBadRequest)
			return
		}
		c.Data(http.StatusOK, "application/json", constant)
	})
	exercise(b, e, "ita_0000000000000000000000000000000000000000000000000", 250)
}

// And what does a warm question cost, all in?
func BenchmarkIntrospectWarm(b *testing.B) {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil)) // at info level, as a daemon runs
	d := newDaemon(b, func(o *options) { o.http = func(c *httpapi.Config) { c.Log, c.Audit = quiet, quiet } })
	p := d.open("alice")
	for d.cache.Stats().Hits == 0 {
		d.active(p.access)
	}
	exercise(b, d.Handler(), p.access, 200)
}

// What does a token cost whose checksum is wrong? Less than BenchmarkIntrospectWarm.
func BenchmarkIntrospectJunk(b *testing.B) {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	d := newDaemon(b, func(o *options) { o.http = func(c *httpapi.Config) { c.Log, c.Audit = quiet, quiet } })
	token := []byte(d.open("alice").access)
	token[len(token)-1] ^= 1
	exercise(b, d.Handler(), string(token), len(`{"active":false}`))
	if s := d.cache.Stats(); s.Loads > 0 {
		b.Errorf("%d look-ups for junk", s.Loads)
	}
}
