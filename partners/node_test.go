package partners_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// heard is one step of a script: what the daemon sent, and what the client made of it.
type heard struct {
	answer
	said   said
	issuer string
}

// unchanged wants the client to have returned what was sent.
func (h heard) unchanged(t *testing.T, body string) {
	t.Helper()
	if h.said.Error != nil {
		t.Fatalf("the client refused the answer: %s", h.said.Error.Message)
	}
	if got, want := decoded(t, h.said.Value), decoded(t, []byte(body)); !reflect.DeepEqual(got, want) {
		t.Errorf("the client returned %v, want %v", got, want)
	}
}

func decoded(t *testing.T, text []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Errorf("%q: %v", text, err)
	}
	return v
}

// rule is what a step has to give.
type rule func(*testing.T, heard)

func discovered(t *testing.T, h heard) {
	h.described(t, h.issuer)
	h.unchanged(t, h.Body)
}

func activeFor(scope string) rule {
	return func(t *testing.T, h heard) {
		h.active(t, expected{h.issuer, []string{"orders"}, scope})
		h.unchanged(t, h.Body)
	}
}

func isInactive(t *testing.T, h heard) {
	h.inactive(t)
	h.unchanged(t, h.Body)
}

func refreshedFor(scope string) rule {
	return func(t *testing.T, h heard) {
		h.tokens(t)
		if got := h.object(t)["scope"]; got != scope {
			t.Errorf("scope %q, want %q", got, scope)
		}
		h.unchanged(t, strings.Replace(h.Body, `"Bearer"`, `"bearer"`, 1)) // the one thing that these clients change
	}
}

func revoked(t *testing.T, h heard) {
	h.plain(t, http.StatusOK)
	h.unchanged(t, "null")
}

func loggedOut(t *testing.T, h heard) {
	if h.Status != http.StatusNoContent || h.Body != "" {
		t.Errorf("status %d with %q, want 204 and nothing", h.Status, h.Body)
	}
	h.unchanged(t, "204")
}

// refusedWith wants an error at both ends. Where there is a challenge these clients read that and not the body.
func refusedWith(status int, code string, schemes ...string) rule {
	return func(t *testing.T, h heard) {
		h.failed(t, status, code)
		switch e := h.said.Error; {
		case e == nil:
			t.Errorf("the client returned %s, want an error", h.said.Value)
		case e.Status != status, len(schemes) == 0 && e.Code != code, !slices.Equal(e.Schemes, schemes):
			t.Errorf("the client threw %+v, want status %d, code %s or challenges %q", *e, status, code, schemes)
		}
	}
}

// story is node/story.mjs, seen from the other side.
var story = []struct {
	step, endpoint string
	rule           rule
}{
	{"discover, oauth2", "/.well-known/oauth-authorization-server", discovered},
	{"discover, oidc", "/.well-known/openid-configuration", discovered},
	{"active, basic", "/introspect", activeFor("orders:read orders:write")},
	{"active, post", "/introspect", activeFor("orders:read orders:write")},
	{"active, wrong hint", "/introspect", activeFor("orders:read orders:write")},
	{"active, empty hint", "/introspect", activeFor("orders:read orders:write")},
	{"inactive, junk", "/introspect", isInactive},
	{"wrong secret, basic", "/introspect", refusedWith(http.StatusUnauthorized, "invalid_client", "basic")},
	{"wrong secret, post", "/introspect", refusedWith(http.StatusUnauthorized, "invalid_client", "basic")},
	{"no secret", "/introspect", refusedWith(http.StatusUnauthorized, "invalid_client", "basic", "bearer")},
	{"no right to ask", "/introspect", refusedWith(http.StatusForbidden, "unauthorized_client")},

	{"refresh", "/token", refreshedFor("orders:read orders:write")},
	{"refresh, answer lost", "/token", refreshedFor("orders:read orders:write")},
	{"refresh, narrower", "/token", refreshedFor("orders:read")},
	{"active, narrower", "/introspect", activeFor("orders:read")},
	{"refresh, wider", "/token", refusedWith(http.StatusBadRequest, "invalid_scope")},
	{"refresh, whole", "/token", refreshedFor("orders:read orders:write")},

	{"revoke, wrong secret", "/revoke", refusedWith(http.StatusUnauthorized, "invalid_client", "basic")},
	{"revoke, not its own", "/revoke", refusedWith(http.StatusBadRequest, "invalid_grant")},
	{"revoke", "/revoke", revoked},
	{"revoke, again", "/revoke", revoked},
	{"revoke, junk", "/revoke", revoked},
	{"inactive, revoked", "/introspect", isInactive},
	{"active, not revoked", "/introspect", activeFor("orders:read orders:write")},

	{"logout", "/logout", loggedOut},
	{"inactive, logged out", "/introspect", isInactive},
	{"inactive, older token", "/introspect", isInactive},
	{"inactive, newer token", "/introspect", isInactive},
	{"logout, again", "/logout", refusedWith(http.StatusUnauthorized, "invalid_token", "bearer")},
	{"refresh, logged out", "/token", refusedWith(http.StatusBadRequest, "invalid_grant")},
}

func TestOAuth4WebAPI(t *testing.T) { tellEverywhere(t, "oauth4webapi.mjs") }

func TestOpenIDClient(t *testing.T) { tellEverywhere(t, "openid-client.mjs") }

// tellEverywhere puts a client through the story over plain HTTP, over TLS, and under a path of a reverse proxy.
func tellEverywhere(t *testing.T, script string) {
	node := needNode(t)
	t.Run("http", func(t *testing.T) {
		d := start(t, &http.Client{})
		hold(t, d, tell(t, node, script, d))
	})
	t.Run("https", func(t *testing.T) {
		a := newAuthority(t)
		d := start(t, a.client(), a.flags()...)
		hold(t, d, tell(t, node, script, d, "NODE_EXTRA_CA_CERTS="+a.file))
	})
	t.Run("path", func(t *testing.T) {
		d := startUnderPath(t)
		hold(t, d, tell(t, node, script, d))
	})
}

// hold holds a transcript against the story.
func hold(t *testing.T, d *daemon, tr transcript) {
	t.Helper()
	for _, s := range story {
		t.Run(s.step, func(t *testing.T) {
			s.rule(t, heard{tr.answer(t, s.step, s.endpoint), tr.Said[s.step], d.issuer})
		})
	}
	if len(tr.Said) != len(story) {
		t.Errorf("the script has %d steps, the story %d", len(tr.Said), len(story))
	}
	first := pairOf(t, tr.Said["refresh"])
	if pairOf(t, tr.Said["refresh, answer lost"]) != first {
		t.Error("a refresh whose answer was lost gave another pair")
	}
	for _, later := range []string{"refresh, narrower", "refresh, whole"} {
		if p := pairOf(t, tr.Said[later]); p.Access == first.Access || p.Refresh == first.Refresh {
			t.Errorf("step %q gave a token of an earlier one", later)
		}
	}
}

// pair is what a refresh gives. How long it lasts is less by a second when it is given again a second later.
type pair struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

func pairOf(t *testing.T, s said) (p pair) {
	t.Helper()
	if err := json.Unmarshal(s.Value, &p); err != nil || p.Access == "" || p.Refresh == "" {
		t.Errorf("no pair of tokens: %s, %v", s.Value, err)
	}
	return p
}
