package guard_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
)

// Whatever stands in the header, nobody gets in but with the very tokens, and the answer is one of those that there are.
func FuzzAuthorization(f *testing.F) {
	a := attacker{guardtest.New(f), f}
	// The remote half is left out: it is the header and the signature that are at stake.
	cfg := a.Config(guard.JWT, "orders")
	cfg.Introspector = &saying{}
	g, err := guard.New(cfg)
	if err != nil {
		f.Fatal(err)
	}
	d := newDoor(g)
	token := a.saying(map[string]any{"iat": 1, "nbf": 1, "exp": 61}) // good, but over
	handle := a.Handle(guardtest.Grant{Audience: "orders"})
	for _, seed := range []string{
		"", "Bearer", "Bearer ", "Bearer " + token, "bearer\t" + token, "Bearer " + handle, "Bearer " + token + ",Bearer " + handle, "Basic YTpi", "Bearer a.b.c",
		"Bearer " + strings.Repeat(".", 9000), "Bearer =", "Bearer \x00", "Bearer " + strings.Replace(token, ".", "..", 1), "BEARER eyJhbGciOiJub25lIn0.e30.",
		`Bearer "` + token + `"`, "Bearer " + handle + "=", "Bearer " + handle[:len(handle)-1], "Bearer  " + token + " ", "Bearer " + token + "\r\nX: y", "DPoP " + token,
	} {
		f.Add(seed, "", "")
	}
	f.Add("Bearer "+handle, "Bearer "+token, "access_token=x")
	f.Fuzz(func(t *testing.T, one, two, query string) {
		r := request(one)
		if two != "" {
			r.Header.Add("Authorization", two)
		}
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		d.in = 0
		d.ServeHTTP(w, r)
		if d.in > 0 || w.Code != http.StatusUnauthorized && w.Code != http.StatusBadRequest {
			t.Errorf("%q, %q, %q: status %d, the handler ran %d times", one, two, query, w.Code, d.in)
		}
		challenge := w.Header().Get("WWW-Authenticate")
		if !strings.HasPrefix(challenge, `Bearer realm="orders"`) || strings.ContainsAny(challenge, "\r\n") {
			t.Errorf("%q: challenge %q", one, challenge)
		}
	})
}
