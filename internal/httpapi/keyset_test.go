package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/introspectd/introspectd/internal/httpapi"
)

// Whoever fetched the set before a key was in it has let go of it before that key signs.
func TestACopyOfTheKeySetIsOverBeforeANewKeySigns(t *testing.T) {
	for _, lead := range []time.Duration{time.Second, time.Minute, 10 * time.Minute, time.Hour} {
		t.Run(lead.String(), func(t *testing.T) {
			d := newDaemon(t, func(o *options) {
				o.http = func(c *httpapi.Config) { c.Hybrid.Lead = lead }
			})
			first := d.do(httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil), "")
			again := httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil)
			again.Header.Set("If-None-Match", first.Header().Get("Etag"))
			for want, w := range map[int]*httptest.ResponseRecorder{http.StatusOK: first, http.StatusNotModified: d.do(again, "")} {
				said := w.Header().Get("Cache-Control")
				seconds := -1
				if _, err := fmt.Sscanf(said, "public, max-age=%d", &seconds); err != nil || w.Code != want {
					t.Fatalf("%d %q, want %d and how long it may be kept: %v", w.Code, said, want, err)
				}
				if age := time.Duration(seconds) * time.Second; age < 0 || age >= lead {
					t.Errorf("%d is kept for %v, and a new key signs after %v", want, age, lead)
				}
			}
		})
	}
}
