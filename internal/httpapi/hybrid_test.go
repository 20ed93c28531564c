package httpapi_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/hybrid/keyring/keyringtest"
	"github.com/introspectd/introspectd/internal/httpapi"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

const (
	accessType = "urn:ietf:params:oauth:token-type:access_token"
	exchanging = "urn:ietf:params:oauth:grant-type:token-exchange"
)

func swap(token, audience string) *http.Request {
	return form("/token", "grant_type", exchanging, "subject_token", token, "subject_token_type", accessType, "audience", audience)
}

func forward(query, token string) *http.Request {
	req := httptest.NewRequest(http.MethodGet, "/forward-auth?"+query, nil)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req
}

// jwt is what a gateway gets for a handle.
func (d *daemon) jwt(handle string) string {
	d.t.Helper()
	w := d.do(swap(handle, "orders"), "gateway")
	token, ok := decode(d.t, w)["access_token"].(string)
	if w.Code != http.StatusOK || !ok {
		d.t.Fatalf("POST /token = %d %s", w.Code, w.Body)
	}
	return token
}

func TestHybridModeWithoutTheStoreIs503(t *testing.T) {
	d := newDaemon(t, func(o *options) { o.capacity = 0 })
	p := d.open("alice")
	jwt := d.jwt(p.access)
	signed := form("/introspect", "token", p.access)
	signed.Header.Set("Accept", "application/token-introspection+jwt")
	d.store.Fail(errPlug)
	for name, c := range map[string]struct {
		req    *http.Request
		client string
	}{
		"exchange":                       {swap(p.access, "orders"), "gateway"},
		"exchange of what never was":     {swap(session.NewHandle(session.Access).Reveal(), "orders"), "gateway"},
		"exchange of a JWT":              {swap(jwt, "billing"), "orders-api"},
		"forward-auth":                   {forward("audience=orders", p.access), ""},
		"introspect a JWT":               {form("/introspect", "token", jwt), "orders-api"},
		"introspect, signed":             {signed, "orders-api"},
		"revoke a JWT":                   {form("/revoke", "token", jwt), "gateway"},
		"introspect with a signed token": {form("/introspect", "token", jwt), "root"},
	} {
		w := d.do(c.req, c.client)
		body := w.Body.String()
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" || !strings.Contains(body, "temporarily_unavailable") {
			t.Errorf("%s: %d %v %s, want 503 with Retry-After", name, w.Code, w.Header(), body)
		}
		for _, leak := range []string{"active", "hunter2", "SELECT", p.access, jwt} {
			if strings.Contains(body, leak) || strings.Contains(fmt.Sprint(w.Header()), leak) && leak != "active" {
				t.Errorf("%s: the answer has %q: %v %s", name, leak, w.Header(), body)
			}
		}
	}
	d.store.Fail(nil)
	if !d.active(jwt) {
		t.Error("the JWT is dead after requests that were all refused")
	}
}

func TestForwardAuthSetsEveryIdentityHeaderOnEveryAnswer(t *testing.T) {
	d := newDaemon(t, func(o *options) {
		o.capacity = 0
		o.http = func(c *httpapi.Config) { c.Guesses = caller.NewGuesses(0.001, 5) }
	})
	p := d.open("alice")
	check := func(want int, req *http.Request) {
		t.Helper()
		w := d.do(req, "")
		if w.Code != want {
			t.Errorf("%s = %d, want %d: %s", req.URL, w.Code, want, w.Body)
		}
		for _, name := range []string{"X-Auth-Request-User", "X-Auth-Request-Client", "X-Auth-Request-Session", "X-Auth-Request-Scopes"} {
			if v := w.Header()[name]; len(v) != 1 || (v[0] == "") == (want == http.StatusOK) {
				t.Errorf("%d: %s = %q", want, name, v)
			}
		}
		if (w.Header().Get("Authorization") != "") != (want == http.StatusOK) {
			t.Errorf("%d: Authorization is there, or is not", want)
		}
	}
	check(http.StatusOK, forward("audience=orders", p.access))
	check(http.StatusUnauthorized, forward("audience=orders", ""))
	check(http.StatusUnauthorized, forward("audience=orders", "junk"))
	check(http.StatusForbidden, forward("audience=orders&scope=orders:write", p.access))
	check(http.StatusBadRequest, forward("", p.access))
	check(http.StatusBadRequest, forward("audience=nowhere", p.access))
	check(http.StatusBadRequest, forward("audience=%zz", p.access))
	d.store.Fail(errPlug)
	check(http.StatusServiceUnavailable, forward("audience=orders", p.access))
	d.store.Fail(nil)
	for range 5 { // strangers who guess are stopped
		d.do(forward("audience=orders", session.NewHandle(session.Access).Reveal()), "")
	}
	check(http.StatusTooManyRequests, forward("audience=orders", session.NewHandle(session.Access).Reveal()))
}

// A name that does not arrive as it is would be another's.
func TestForwardAuthSaysNoNameThatAHeaderWouldChange(t *testing.T) {
	d := newDaemon(t)
	for subject, want := range map[string]string{"jürgen": "jürgen", "a b": "a b", "alice ": "", " alice": "", "o'neill": "o'neill"} {
		w := d.do(forward("audience=orders", d.open(subject).access), "")
		if got := w.Header().Get("X-Auth-Request-User"); w.Code != http.StatusOK || got != want {
			t.Errorf("%q: %d %q, want %q", subject, w.Code, got, want)
		}
	}
}

func TestExchangesAreThrottledLikeOtherGuesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		p := d.open("alice")
		for i := range 501 {
			w := d.do(swap(session.NewHandle(session.Access).Reveal(), "orders"), "gateway")
			if want := http.StatusBadRequest; w.Code != want && i < 500 {
				t.Fatalf("guess %d = %d %s", i, w.Code, w.Body)
			}
		}
		if w := d.do(swap(session.NewHandle(session.Access).Reveal(), "orders"), "gateway"); w.Code != http.StatusTooManyRequests {
			t.Errorf("one guess too many = %d %s", w.Code, w.Body)
		}
		time.Sleep(time.Second)
		for range 600 { // doing right, and being refused for another reason, cost nothing
			d.do(swap(p.access, "nowhere"), "gateway")
			if w := d.do(swap(p.access, "orders"), "gateway"); w.Code != http.StatusOK {
				t.Fatalf("a good one = %d %s", w.Code, w.Body)
			}
		}
	})
}

func TestARevokedKeyLeavesTheSetAndWhatItSignedIsInactive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		p := d.open("alice")
		jwt := d.jwt(p.access)
		set := func() jwks.Set {
			t.Helper()
			w := d.do(httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil), "")
			s, err := jwks.Parse(w.Body.Bytes())
			if err != nil || w.Code != http.StatusOK {
				t.Fatalf("%d %v", w.Code, err)
			}
			return s
		}
		old := set().Keys()[0].ID
		if ok, err := d.ring.Revoke(t.Context(), old, time.Now()); !ok || err != nil {
			t.Fatal(ok, err)
		}
		done, err := d.store.Revoke(t.Context(), session.ByKey(old), time.Now())
		if err == nil {
			err = d.node.Settle(t.Context(), done.Seq)
		}
		if err != nil {
			t.Fatal(err)
		}
		if d.active(jwt) {
			t.Error("what the revoked key signed is active")
		}
		next := d.jwt(p.access)
		if next == jwt || !d.active(next) {
			t.Error("what the next key signed is not active, or the same")
		}
		if _, ok := set().Key(old); ok || set().Len() != 1 {
			t.Error("the revoked key is still in the set")
		}
	})
}

// The list of keys is read a moment after the log is; what the log says goes for the set at once. What is asked of another process is its ring.
func TestNoKeyIsPublishedOnceItsRevocationHasReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		if err := d.ring.Rotate(t.Context(), time.Now(), true); err != nil {
			t.Fatal(err)
		}
		ask := func() *httptest.ResponseRecorder {
			return d.do(httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil), "")
		}
		keys := d.ring.Public(time.Now()).Keys()
		for i, k := range keys {
			before := ask()
			if before.Code != http.StatusOK || !strings.Contains(before.Body.String(), k.ID) {
				t.Fatalf("before: %d %s", before.Code, before.Body)
			}
			done, err := d.store.Revoke(t.Context(), session.ByKey(k.ID), time.Now())
			if err == nil {
				err = d.node.Settle(t.Context(), done.Seq)
			}
			if err != nil {
				t.Fatal(err)
			}
			after := ask()
			if strings.Contains(after.Body.String(), k.ID) {
				t.Errorf("key %d of %d is published after its revocation returned: %d %s", i+1, len(keys), after.Code, after.Body)
			}
			if left := len(keys) - i - 1; left > 0 && after.Code != http.StatusOK || left == 0 && after.Code != http.StatusServiceUnavailable {
				t.Errorf("with %d keys left: %d %s", left, after.Code, after.Body)
			}
			if before.Header().Get("Etag") == after.Header().Get("Etag") {
				t.Error("two sets have one ETag")
			}
		}
	})
}

func TestAKeyThatWasAddedIsPublishedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		ask := func() string {
			return d.do(httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil), "").Body.String()
		}
		ask()
		if err := d.ring.Rotate(t.Context(), time.Now(), true); err != nil {
			t.Fatal(err)
		}
		all := ask()
		for _, k := range d.ring.List(time.Now()) {
			if !strings.Contains(all, k.ID) {
				t.Errorf("key %s, which is %v, is not in %s", k.ID, k.State, all)
			}
		}
	})
}

// A process that was cut off is not waited for when a key is revoked, so it says nothing of keys.
func TestWhoDoesNotHearOfRevocationsPublishesNoKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		for _, c := range []struct {
			away time.Duration
			want int
		}{{time.Second, http.StatusOK}, {2 * time.Second, http.StatusServiceUnavailable}} {
			d.store.Fail(errors.New("pulled"))
			time.Sleep(c.away)
			w := d.do(httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil), "")
			if w.Code != c.want || w.Code != http.StatusOK && (w.Header().Get("Retry-After") == "" || w.Header().Get("Cache-Control") != "no-store") {
				t.Errorf("after %v: %d %v %s, want %d", c.away, w.Code, w.Header(), w.Body, c.want)
			}
		}
		d.store.Fail(nil)
		if w := d.do(httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil), ""); w.Code != http.StatusOK {
			t.Errorf("when it hears again: %d %s", w.Code, w.Body)
		}
	})
}

func TestWithoutKeysThereIsNoEmptySet(t *testing.T) {
	d := newDaemon(t, func(o *options) {
		o.http = func(c *httpapi.Config) {
			seal, err := keyring.NewSealer(make([]byte, 32))
			if err != nil {
				t.Fatal(err)
			}
			unread, err := keyring.New(keyring.Config{Store: &keyringtest.Memory{}, Seal: seal})
			if err != nil {
				t.Fatal(err)
			}
			h := *c.Hybrid
			h.Keys = unread
			c.Hybrid = &h
		}
	})
	if w := d.do(httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil), ""); w.Code != http.StatusServiceUnavailable || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("GET jwks.json = %d %v %s, want 503", w.Code, w.Header(), w.Body)
	}
	req := form("/introspect", "token", d.open("alice").access)
	req.Header.Set("Accept", "application/token-introspection+jwt")
	if w := d.do(req, "orders-api"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a signed answer without keys = %d %s, want 503", w.Code, w.Body)
	}
	if w := d.do(httptest.NewRequest(http.MethodGet, "/.well-known/oauth-authorization-server", nil), ""); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "introspection_signing_alg") {
		t.Errorf("metadata = %d %s", w.Code, w.Body)
	}
}

func TestWithoutHybridModeNothingOfItIsThere(t *testing.T) {
	d := newDaemon(t, func(o *options) { o.http = func(c *httpapi.Config) { c.Hybrid = nil } })
	p := d.open("alice")
	for path, want := range map[string]int{"/.well-known/jwks.json": 404, "/forward-auth?audience=orders": 404} {
		if w := d.do(httptest.NewRequest(http.MethodGet, path, nil), ""); w.Code != want {
			t.Errorf("GET %s = %d", path, w.Code)
		}
	}
	if w := d.do(swap(p.access, "orders"), "gateway"); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "unsupported_grant_type") {
		t.Errorf("exchange = %d %s", w.Code, w.Body)
	}
	w := d.do(httptest.NewRequest(http.MethodGet, "/.well-known/oauth-authorization-server", nil), "")
	for _, member := range []string{"jwks_uri", "forward_auth", "token-exchange", "introspection_signing"} {
		if strings.Contains(w.Body.String(), member) {
			t.Errorf("metadata has %s", member)
		}
	}
}

func TestNewRefusesHalfAHybridMode(t *testing.T) {
	whole := newDaemon(t)
	for name, h := range map[string]httpapi.Hybrid{
		"nothing":      {},
		"no exchanger": {Tokens: whole.tokens, Keys: whole.ring, Fence: whole.node, Lead: time.Hour},
		"no verifier":  {Exchanges: whole.swaps, Keys: whole.ring, Fence: whole.node, Lead: time.Hour},
		"no keys":      {Exchanges: whole.swaps, Tokens: whole.tokens, Fence: whole.node, Lead: time.Hour},
		"no fence":     {Exchanges: whole.swaps, Tokens: whole.tokens, Keys: whole.ring, Lead: time.Hour},
		"no lead":      {Exchanges: whole.swaps, Tokens: whole.tokens, Keys: whole.ring, Fence: whole.node},
	} {
		_, err := httpapi.New(httpapi.Config{Issuer: "https://id.example", Sessions: new(session.Service), Answers: answering(nil), Callers: whole.callers, Hybrid: &h})
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// No token of any kind reaches a log, whatever is done with it.
func TestNoJWTIsLogged(t *testing.T) {
	d := newDaemon(t)
	p := d.open("alice")
	jwt := d.jwt(p.access)
	forwarded := d.do(forward("audience=orders", p.access), "").Header().Get("Authorization")
	d.active(jwt)
	d.do(swap(jwt, "billing"), "orders-api")
	d.do(swap(jwt+"x", "billing"), "orders-api")
	d.do(forward("audience=orders", jwt), "")
	d.do(form("/revoke", "token", jwt), "shop")
	d.do(form("/revoke", "token", jwt), "gateway")
	withID := form("/introspect", "token", jwt)
	withID.Header.Set("X-Request-Id", p.access)
	d.do(withID, "orders-api")
	d.store.Fail(errors.New("pulled"))
	d.do(form("/revoke", "token", jwt), "gateway")
	d.do(form("/introspect", "token", jwt), "orders-api")
	log := d.log.String()
	for what, secret := range map[string]string{
		"a JWT": jwt, "a JWT's signature": jwt[strings.LastIndexByte(jwt, '.')+1:], "a JWT's claims": strings.Split(jwt, ".")[1],
		"a forwarded JWT": strings.TrimPrefix(forwarded, "Bearer "), "a handle": p.access,
	} {
		if strings.Contains(log, secret) || len(secret) < 20 {
			t.Errorf("the log has %s", what)
		}
	}
	if !strings.Contains(log, "token revoked") || !strings.Contains(log, "refused to revoke") {
		t.Error("the log does not say what happened")
	}
}
