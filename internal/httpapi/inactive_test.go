package httpapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/session"
)

func decode(t testing.TB, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return m
}

// RFC 7662 §2.2: why a token is not good is nobody's business.
func TestInactiveIsTheSameBytesAndHeadersForEveryCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		expired := d.open("alice").access
		time.Sleep(15 * time.Minute)
		revoked, ended, everywhere, refresh, foreign := d.open("alice"), d.open("alice"), d.open("bob"), d.open("alice"), d.open("alice")
		d.do(form("/revoke", "token", revoked.access), "web")
		d.do(httptest.NewRequest(http.MethodDelete, "/sessions/"+ended.session, nil), "web")
		d.do(httptest.NewRequest(http.MethodDelete, "/sessions?subject=bob", nil), "web")
		causes := map[string]struct{ token, client string }{
			"expired":             {expired, "orders-api"},
			"revoked":             {revoked.access, "orders-api"},
			"session ended":       {ended.access, "orders-api"},
			"logged out all over": {everywhere.access, "orders-api"},
			"refresh token":       {refresh.refresh, "orders-api"},
			"of another API":      {foreign.access, "billing-api"},
			"never issued":        {session.NewHandle(session.Access).Reveal(), "orders-api"},
			"bad checksum":        {foreign.access[:52] + "!", "orders-api"},
			"cut":                 {foreign.access[:40], "orders-api"},
			"junk":                {"x", "orders-api"},
			"a client's secret":   {session.NewHandle(session.ClientSecret).Reveal(), "orders-api"},
		}
		want := d.do(form("/introspect", "token", "junk"), "orders-api")
		for name, c := range causes {
			for range 2 { // the second time it may be remembered
				got := d.do(form("/introspect", "token", c.token), c.client)
				if got.Code != http.StatusOK || got.Body.String() != `{"active":false}` {
					t.Errorf("%s: %d %s", name, got.Code, got.Body)
				}
				if diff := cmp.Diff(named(want.Header()), named(got.Header())); diff != "" {
					t.Errorf("%s: headers differ:\n%s", name, diff)
				}
			}
		}
		if !d.active(foreign.access) {
			t.Error("the good token is not active, so nothing was shown")
		}
	})
}

// named is the headers but the one that names the request.
func named(h http.Header) http.Header {
	h = maps.Clone(h)
	h.Del("X-Request-Id")
	return h
}

// Who has not said who he is learns nothing of a token, and not by how long the answer takes either: nothing is looked up, whatever the token is.
func TestWithoutCredentialsATokenIsNotLookedAt(t *testing.T) {
	d := newDaemon(t, func(o *options) { o.capacity = 0 })
	good, revoked := d.open("alice"), d.open("alice")
	d.do(form("/revoke", "token", revoked.access), "web")
	tokens := map[string]string{
		"good": good.access, "revoked": revoked.access, "refresh": good.refresh, "never issued": session.NewHandle(session.Access).Reveal(), "signed": d.jwt(good.access), "junk": "junk",
	}
	attempts := 0
	for name, request := range map[string]func(token string) *http.Request{
		"introspect": func(token string) *http.Request { return form("/introspect", "token", token) },
		"revoke":     func(token string) *http.Request { return form("/revoke", "token", token) },
		"refresh": func(token string) *http.Request {
			return form("/token", "grant_type", "refresh_token", "refresh_token", token)
		},
		"exchange": func(token string) *http.Request { return swap(token, "orders") },
	} {
		for _, secret := range []string{"", "wrong"} {
			want, before := "", d.store.Lookups()
			for what, token := range tokens {
				req := request(token)
				attempts++
				req.RemoteAddr = fmt.Sprintf("192.0.2.%d:1", attempts) // who tries often at one is slowed down
				if secret != "" {
					req.SetBasicAuth("orders-api", secret)
				}
				w := d.do(req, "")
				got := w.Body.String()
				if want == "" {
					want = got
				}
				if w.Code != http.StatusUnauthorized || got != want {
					t.Errorf("%s, secret %q, %s: %d %s, want 401 %s", name, secret, what, w.Code, got, want)
				}
			}
			if n := d.store.Lookups() - before; n != 0 {
				t.Errorf("%s, secret %q: %d look-ups", name, secret, n)
			}
		}
	}
	before := d.store.Lookups()
	if d.active(good.access); d.store.Lookups() == before {
		t.Error("a caller's question costs no look-up, so nothing was shown")
	}
}
