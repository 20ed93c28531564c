package httpapi_test

import (
	"encoding/json"
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
