package guard_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session"
)

// door is a guarded handler, which counts who came in.
type door struct {
	http.Handler
	in int
}

func newDoor(g *guard.Guard, scopes ...string) *door {
	d := &door{}
	d.Handler = g.Require(scopes...)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.in++
		a, ok := guard.FromContext(r.Context())
		if !ok || !a.Active {
			http.Error(w, "came in without an answer", http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, a.Subject+" "+string(a.Scope))
	}))
	return d
}

func (d *door) knock(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result()
}

func request(header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/orders/1", http.NoBody)
	for _, h := range header {
		r.Header.Add("Authorization", h)
	}
	return r
}

func TestEachRefusalHasItsChallenge(t *testing.T) {
	i := guardtest.New(t)
	for _, mode := range modes {
		cfg := i.Config(mode, "orders")
		cfg.Resource = "https://orders.example/v1"
		g, err := guard.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		d := newDoor(g, "orders.read", "orders.write")
		reader, both := i.Handle(guardtest.Grant{Audience: "orders", Scope: "orders.read"}), i.Handle(guardtest.Grant{Audience: "orders", Scope: "x orders.write orders.read"})
		readerJWT, bothJWT := i.JWT(guardtest.Grant{Audience: "orders", Scope: "orders.reader orders.read orders.writer"}), i.JWT(guardtest.Grant{Audience: "orders", Scope: "orders.write orders.read"})
		gone := i.Handle(guardtest.Grant{Audience: "orders", Scope: "orders.write orders.read"})
		i.Revoke(gone)
		const realm, more = `Bearer realm="orders"`, `resource_metadata="https://orders.example/.well-known/oauth-protected-resource/v1"`
		for _, c := range []struct {
			name   string
			r      *http.Request
			status int
			has    []string // in the challenge
			hasNot string
		}{
			{"no token", request(), 401, []string{realm, more}, "error"},
			{"another scheme", request("Basic YTpi"), 401, []string{realm, more}, "error"},
			{"a scheme that begins alike", request("Bearer2 " + both), 401, []string{realm, more}, "error"},
			{"token in a cookie", cookie(both), 401, []string{realm}, "error"},
			{"token in the body", body(both), 401, []string{realm}, "error"},
			{"Bearer alone", request("Bearer"), 400, []string{realm, more, `error="invalid_request"`}, "scope="},
			{"two tokens", request("Bearer " + both + " " + both), 400, []string{`error="invalid_request"`}, "scope="},
			{"two headers", request("Bearer "+both, "Bearer "+both), 400, []string{`error="invalid_request"`}, "scope="},
			{"two headers, one of them empty", request("Bearer "+both, ""), 400, []string{`error="invalid_request"`}, "scope="},
			{"a list", request("Bearer " + both + ", Bearer " + both), 400, []string{`error="invalid_request"`}, "scope="},
			{"a quoted token", request(`Bearer "` + both + `"`), 400, []string{`error="invalid_request"`}, "scope="},
			{"in the URL", inURL(request(), both), 400, []string{`error="invalid_request"`, "leaked"}, "scope="},
			{"in the URL as well", inURL(request("Bearer "+both), both), 400, []string{`error="invalid_request"`}, "scope="},
			{"junk", request("Bearer junk"), 401, []string{realm, more, `error="invalid_token"`}, "scope="},
			{"revoked", request("Bearer " + gone), 401, []string{`error="invalid_token"`}, "scope="},
			{"another scope", request("Bearer " + reader), 403, []string{realm, more, `error="insufficient_scope"`, `scope="orders.read orders.write"`}, ""},
			{"scopes that begin alike", request("Bearer " + readerJWT), 403, []string{`error="insufficient_scope"`, `scope="orders.read orders.write"`}, ""},
			{"all scopes", request("Bearer " + both), 200, nil, ""},
			{"all scopes, JWT", request("Bearer " + bothJWT), 200, nil, ""},
			{"scheme in another case", request("bEARER  " + both), 200, nil, ""},
			{"a parameter that looks alike", inURLAs(request("Bearer "+both), "my_access_token"), 200, nil, ""},
		} {
			before := d.in
			resp := d.knock(c.r)
			challenge := strings.Join(resp.Header.Values("WWW-Authenticate"), "\n")
			if resp.StatusCode != c.status || (d.in > before) != (c.status == 200) {
				t.Errorf("mode %s, %s: status %d, handler called %v; want %d", mode, c.name, resp.StatusCode, d.in > before, c.status)
			}
			if c.status == 200 != (challenge == "") || len(resp.Header.Values("WWW-Authenticate")) > 1 {
				t.Errorf("mode %s, %s: challenge %q with status %d", mode, c.name, challenge, c.status)
			}
			for _, part := range c.has {
				if !strings.Contains(challenge, part) {
					t.Errorf("mode %s, %s: challenge %q lacks %s", mode, c.name, challenge, part)
				}
			}
			if c.hasNot != "" && strings.Contains(challenge, c.hasNot) {
				t.Errorf("mode %s, %s: challenge %q has %s", mode, c.name, challenge, c.hasNot)
			}
			text, _ := io.ReadAll(resp.Body)
			if c.status != 200 && (resp.Header.Get("Cache-Control") != "no-store" || bytes.Contains(text, []byte(both[:20])) || strings.Contains(challenge, both[:20])) {
				t.Errorf("mode %s, %s: may be stored, or repeats a token: %v %s", mode, c.name, resp.Header, text)
			}
		}
	}
}

func cookie(token string) *http.Request {
	r := request()
	r.AddCookie(&http.Cookie{Name: "access_token", Value: token})
	return r
}

func body(token string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader(url.Values{"access_token": {token}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func inURL(r *http.Request, token string) *http.Request {
	r.URL.RawQuery = "a=b&access_token=" + token
	return r
}

func inURLAs(r *http.Request, name string) *http.Request {
	r.URL.RawQuery = name + "=1"
	return r
}

func TestNotToKnowIs503AndNeverAWayIn(t *testing.T) {
	for _, c := range []struct {
		err   error
		retry string
	}{
		{session.ErrUnavailable, "1"},
		{remote.ErrRejected, "1"},
		{errors.New("anything"), "1"},
		{&remote.StatusError{Status: 503, RetryAfter: 6500 * time.Millisecond}, "7"},
		{&remote.StatusError{Status: 429}, "1"},
	} {
		var told error
		for _, mode := range []guard.Mode{guard.Introspect, guard.TTLCache} {
			cfg := guard.Config{Mode: mode, Issuer: "https://id.example", Audience: "orders", Introspector: &saying{err: c.err}}
			if mode == guard.TTLCache {
				cfg.TTL = time.Minute
			}
			cfg.Report = func(_ *http.Request, err error) { told = err }
			g, err := guard.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			d := newDoor(g)
			resp := d.knock(request("Bearer " + session.NewHandle(session.Access).Reveal()))
			if resp.StatusCode != 503 || resp.Header.Get("Retry-After") != c.retry || d.in > 0 || resp.Header.Get("WWW-Authenticate") != "" {
				t.Errorf("%v: status %d, %v, want 503 and Retry-After %s", c.err, resp.StatusCode, resp.Header, c.retry)
			}
			if !errors.Is(told, c.err) {
				t.Errorf("%v: reported %v", c.err, told)
			}
		}
	}
}

func TestARouteInsideAnotherAsksOnce(t *testing.T) {
	i := guardtest.New(t)
	g := i.Guard(guard.Introspect, "orders")
	inner := newDoor(g, "orders.write")
	outer := g.Require("orders.read")(inner)
	for scope, status := range map[string]int{"orders.read orders.write": 200, "orders.read": 403, "orders.write": 403} {
		before := i.Asked("introspect")
		w := httptest.NewRecorder()
		outer.ServeHTTP(w, request("Bearer "+i.Handle(guardtest.Grant{Audience: "orders", Scope: scope})))
		if n := i.Asked("introspect") - before; w.Code != status || n != 1 {
			t.Errorf("scope %q: status %d, %d questions; want %d, 1", scope, w.Code, n, status)
		}
	}
	// Another guard does not believe this one.
	other := newDoor(i.Guard(guard.Introspect, "billing"))
	w := httptest.NewRecorder()
	g.Require()(other).ServeHTTP(w, request("Bearer "+i.Handle(guardtest.Grant{Audience: "orders"})))
	if w.Code != 401 || other.in > 0 {
		t.Errorf("behind another API's guard: status %d, called %d times", w.Code, other.in)
	}
}

func TestOutsideOfAGuardThereIsNoAnswer(t *testing.T) {
	if a, ok := guard.FromContext(t.Context()); ok || a.Active {
		t.Errorf("FromContext = %+v, %v", a, ok)
	}
}

func TestMetadataAreWhereTheChallengePoints(t *testing.T) {
	i := guardtest.New(t)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	cfg := i.Config(guard.JWT, "orders")
	cfg.Resource, cfg.Scopes = server.URL+"/api", []string{"orders.read"}
	g, err := guard.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle(g.MetadataPath(), g.Metadata())
	mux.Handle("/api/", newDoor(g))

	resp, err := http.Get(server.URL + "/api/orders")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	_, rest, _ := strings.Cut(resp.Header.Get("WWW-Authenticate"), `resource_metadata="`)
	at, _, _ := strings.Cut(rest, `"`)
	if resp, err = http.Get(at); err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || resp.Header.Get("Content-Type") != "application/json" {
		t.Fatal(err, resp.Header)
	}
	text, _ := json.Marshal(got)
	want := `{"authorization_servers":["` + i.URL + `"],"bearer_methods_supported":["header"],"resource":"` + server.URL + `/api","scopes_supported":["orders.read"]}`
	if string(text) != want {
		t.Errorf("metadata at %s are %s, want %s", at, text, want)
	}
	post, err := http.Post(at, "text/plain", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	_ = post.Body.Close()
	if post.StatusCode != 405 || post.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, %v", post.StatusCode, post.Header)
	}
}

func TestWithoutAResourceThereAreNoMetadata(t *testing.T) {
	g := guardtest.New(t).Guard(guard.JWT, "orders")
	w := httptest.NewRecorder()
	g.Metadata().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	if w.Code != 404 || g.MetadataPath() != "" {
		t.Errorf("status %d at %q, want 404 and no path", w.Code, g.MetadataPath())
	}
}
