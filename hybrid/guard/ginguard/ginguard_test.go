package ginguard_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/ginguard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
)

func TestTheChainGoesOnOnlyForAGoodToken(t *testing.T) {
	issuer := guardtest.New(t)
	for _, mode := range []guard.Mode{guard.Introspect, guard.TTLCache, guard.JWT} {
		g := issuer.Guard(mode, "orders")
		in, after := 0, 0
		gin.SetMode(gin.TestMode)
		router := gin.New()
		router.Use(ginguard.Require(g), func(*gin.Context) { after++ })
		router.GET("/orders", ginguard.Require(g, "orders.read"), func(c *gin.Context) {
			in++
			a, ok := ginguard.FromContext(c)
			if !ok || !a.Active {
				t.Error("came in without an answer")
			}
			c.String(http.StatusOK, a.Subject)
		})
		revoked := issuer.Handle(guardtest.Grant{Audience: "orders", Scope: "orders.read"})
		issuer.Revoke(revoked)
		for _, c := range []struct {
			name, header, challenge string
			status, in, after       int
		}{
			{"no token", "", `Bearer realm="orders"`, 401, 0, 0},
			{"malformed", "Bearer a b", `error="invalid_request"`, 400, 0, 0},
			{"revoked", "Bearer " + revoked, `error="invalid_token"`, 401, 0, 0},
			{"another scope", "Bearer " + issuer.Handle(guardtest.Grant{Audience: "orders"}), `scope="orders.read"`, 403, 0, 1},
			{"a handle", "Bearer " + issuer.Handle(guardtest.Grant{Audience: "orders", Scope: "orders.read"}), "", 200, 1, 1},
			{"a JWT", "Bearer " + issuer.JWT(guardtest.Grant{Audience: "orders", Scope: "orders.read"}), "", 200, 1, 1},
		} {
			in, after = 0, 0
			r := httptest.NewRequest(http.MethodGet, "/orders", http.NoBody)
			if c.header != "" {
				r.Header.Set("Authorization", c.header)
			}
			w := httptest.NewRecorder()
			router.ServeHTTP(w, r)
			got := w.Header().Get("WWW-Authenticate")
			if w.Code != c.status || in != c.in || after != c.after || (got == "") != (c.challenge == "") || !strings.Contains(got, c.challenge) {
				t.Errorf("mode %s, %s: status %d, challenge %q, %d and %d handlers; want %d, %q, %d, %d", mode, c.name, w.Code, got, in, after, c.status, c.challenge, c.in, c.after)
			}
		}
	}
}

func TestWhatIsNoScopePanicsWhenItIsWired(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	ginguard.Require(guardtest.New(t).Guard(guard.JWT, "orders"), "a b")
}

func TestOutsideOfAGuardThereIsNoAnswer(t *testing.T) {
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	if a, ok := ginguard.FromContext(c); ok || a.Active {
		t.Errorf("FromContext = %+v, %v", a, ok)
	}
}
