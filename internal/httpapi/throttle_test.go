package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/session"
)

func TestFailedAuthenticationIsThrottledAndARightSecretAlwaysWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		try := func(client, secret, from string) *httptest.ResponseRecorder {
			req := form("/introspect", "token", "x")
			req.RemoteAddr = from
			req.SetBasicAuth(client, secret)
			return d.do(req, "")
		}
		const here, there = "192.0.2.1:1000", "192.0.2.2:1000"
		for i := range 20 {
			if w := try("orders-api", "wrong", here); w.Code != http.StatusUnauthorized {
				t.Fatalf("failure %d: %d", i, w.Code)
			}
		}
		w := try("orders-api", "wrong", here)
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "slow_down") {
			t.Errorf("the 21st failure: %d %v %s", w.Code, w.Header(), w.Body)
		}
		if w := try("orders-api", secrets["orders-api"], here); w.Code != http.StatusOK {
			t.Errorf("the right secret: %d", w.Code)
		}
		if w := try("orders-api", "wrong", there); w.Code != http.StatusUnauthorized {
			t.Errorf("from elsewhere: %d", w.Code)
		}
		if w := try("billing-api", "wrong", here); w.Code != http.StatusUnauthorized {
			t.Errorf("for another client: %d", w.Code)
		}
		time.Sleep(time.Second)
		if w := try("orders-api", "wrong", here); w.Code != http.StatusUnauthorized {
			t.Errorf("a second later: %d", w.Code)
		}
	})
}

func TestANeighbourhoodOfIPv6IsOneAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		code := 0
		for i := range 21 {
			req := form("/introspect", "token", "x")
			req.RemoteAddr = fmt.Sprintf("[2001:db8::%x]:1000", i+1)
			req.SetBasicAuth("orders-api", "wrong")
			code = d.do(req, "").Code
		}
		if code != http.StatusTooManyRequests {
			t.Errorf("the 21st failure from one network: %d", code)
		}
	})
}

// Whoever guesses is stopped at every endpoint that looks tokens up, and what was issued once never counts.
func TestGuessesAreThrottledWhereverTokensAreLookedUp(t *testing.T) {
	for name, c := range map[string]struct {
		request func(token string) *http.Request
		client  string
		kind    session.Kind
		calm    int // the status of a guess before the limit
	}{
		"introspect": {func(token string) *http.Request { return form("/introspect", "token", token) }, "orders-api", session.Access, 200},
		"revoke":     {func(token string) *http.Request { return form("/revoke", "token", token) }, "web", session.Refresh, 200},
		"refresh": {func(token string) *http.Request {
			return form("/token", "grant_type", "refresh_token", "refresh_token", token)
		}, "web", session.Refresh, 400},
		"logout": {func(token string) *http.Request {
			req := httptest.NewRequest(http.MethodPost, "/logout", nil)
			req.Header.Set("Authorization", "Bearer "+token)
			return req
		}, "", session.Access, 401},
		"bearer": {func(token string) *http.Request {
			req := form("/introspect", "token", "x")
			req.Header.Set("Authorization", "Bearer "+token)
			return req
		}, "", session.Access, 401},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDaemon(t)
				guess := func() string { return session.NewHandle(c.kind).Reveal() }
				dead := d.open("alice")
				d.do(httptest.NewRequest(http.MethodDelete, "/sessions/"+dead.session, nil), "web")
				for i := range 700 { // neither junk nor what is dead is a guess
					for _, token := range []string{"junk", dead.access, dead.refresh} {
						if w := d.do(c.request(token), c.client); w.Code == http.StatusTooManyRequests {
							t.Fatalf("%d: %q is throttled", i, token)
						}
					}
				}
				for i := range 500 {
					if w := d.do(c.request(guess()), c.client); w.Code != c.calm {
						t.Fatalf("guess %d: %d %s", i, w.Code, w.Body)
					}
				}
				before := d.store.Lookups()
				for range 20 {
					if w := d.do(c.request(guess()), c.client); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
						t.Fatalf("past the limit: %d %s", w.Code, w.Body)
					}
				}
				// What takes back must go through: there it is the look-up that tells a guess.
				if n := d.store.Lookups() - before; n > 1 && name != "logout" && name != "revoke" {
					t.Errorf("%d look-ups past the limit", n)
				}
				time.Sleep(time.Second)
				if w := d.do(c.request(guess()), c.client); w.Code != c.calm {
					t.Errorf("a second later: %d", w.Code)
				}
			})
		})
	}
}

func TestJunkNeverGetsToTheStore(t *testing.T) {
	d := newDaemon(t)
	good := d.open("alice").access
	before := d.store.Lookups()
	for i := range 2000 {
		junk := good[:52] + string(rune('!'+i%14))
		d.do(form("/introspect", "token", junk), "orders-api")
		d.do(form("/revoke", "token", junk), "web")
	}
	if n := d.store.Lookups() - before; n != 0 {
		t.Errorf("%d look-ups for junk", n)
	}
}
