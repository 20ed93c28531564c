package guardtest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
)

// A service under test: its handlers behind the guard that it is given.
func service(g *guard.Guard) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /orders", g.Require("orders.read")(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := guard.FromContext(r.Context())
		fmt.Fprintf(w, "orders of %s", who.Subject)
	})))
	return mux
}

// How a service's author tests his handlers: an issuer in a box, a guard of his own mode, and tokens for the asking.
func TestOrdersAreForThoseWhoMayReadThem(t *testing.T) {
	issuer := guardtest.New(t)
	reader := guardtest.Grant{Subject: "bob", Audience: "orders", Scope: "orders.read"}
	revoked := issuer.Handle(reader)
	issuer.Revoke(revoked)
	expired := reader
	expired.Ago = time.Hour
	for _, mode := range []guard.Mode{guard.Introspect, guard.JWT} {
		handler := service(issuer.Guard(mode, "orders"))
		for _, c := range []struct {
			name, token string
			status      int
			body        string
		}{
			{"a reader's handle", issuer.Handle(reader), 200, "orders of bob"},
			{"a reader's internal token", issuer.JWT(reader), 200, "orders of bob"},
			{"a writer", issuer.JWT(guardtest.Grant{Audience: "orders", Scope: "orders.write"}), 403, ""},
			{"another API's token", issuer.JWT(guardtest.Grant{Audience: "billing", Scope: "orders.read"}), 401, ""},
			{"a token that was taken back", revoked, 401, ""},
			{"a token that has expired", issuer.JWT(expired), 401, ""},
			{"a handle that has expired", issuer.Handle(expired), 401, ""},
		} {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, guardtest.Authorize(httptest.NewRequest(http.MethodGet, "/orders", http.NoBody), c.token))
			if w.Code != c.status || c.body != "" && w.Body.String() != c.body {
				t.Errorf("mode %s, %s: %d %q, want %d %q", mode, c.name, w.Code, w.Body, c.status, c.body)
			}
		}
	}
	issuer.Down(true)
	w := httptest.NewRecorder()
	service(issuer.Guard(guard.Introspect, "orders")).ServeHTTP(w, guardtest.Authorize(httptest.NewRequest(http.MethodGet, "/orders", http.NoBody), issuer.Handle(reader)))
	if w.Code != 503 {
		t.Errorf("with the issuer down: %d, want 503", w.Code)
	}
}
