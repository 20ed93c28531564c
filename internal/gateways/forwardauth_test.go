package gateways_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/session"
)

// forged is all that a caller could claim to be.
var forged = []string{
	"X-Auth-Request-User", "root", "X-Auth-Request-Client", "admin-console", "X-Auth-Request-Session", "1", "X-Auth-Request-Scopes", "everything",
}

func TestGatewaysLetThroughWhoHasAGoodHandleAndNobodyElse(t *testing.T) {
	for _, g := range gateways {
		t.Run(g.name, func(t *testing.T) {
			g.find(t)
			i := install(t, g)
			gate := g.start(t, i.issuer, i.service.URL)
			url, export := gate+"/orders/1", gate+"/orders/export"
			alice := i.open("alice", "orders", "orders:read")
			i.wantsThrough(url, alice, "orders:read")
			i.wantsThrough(url, alice, "orders:read", forged...)
			// Where there is nothing to say, what the caller says must not take its place.
			i.wantsThrough(url, i.open("alice", "orders", ""), "", forged...)

			jwt := i.jwt(url, alice)
			for what, token := range map[string]string{
				"no token": "", "junk": "junk", "a handle that was never issued": session.NewHandle(session.Access).Reveal(),
				"a handle for another service": i.open("alice", "billing", "").access, "an internal JWT from outside": jwt,
				"a JWT that is not ours": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.x",
			} {
				i.wantsOut(what, url, token)
				i.wantsOut(what+", and a made-up identity", url, token, forged...)
			}

			carol := i.open("carol", "orders", "orders:read orders:export")
			i.wantsThrough(export, carol, "orders:export", forged...)
			for _, spelling := range []string{"/orders/export", "/orders/export/all", "/orders//export", "/orders/./export", "/orders/x/../export", "/orders/%65xport", "//orders/export"} {
				i.wantsForbidden(gate+spelling, alice.access)
				i.wantsForbidden(gate+spelling, alice.access, forged...)
			}
			i.wantsOut("no token where a scope is wanted", export, "")

			i.logout(alice)
			i.wantsOut("after the logout", url, alice.access)

			bob := i.open("bob", "orders", "")
			i.stop()
			res := knock(t, url, append(forged, "Authorization", "Bearer "+bob.access)...)
			if saw := i.service.since(); res.StatusCode != g.away || len(saw) > 0 {
				t.Errorf("with nobody to ask: %s, want %d, and the service saw %d requests", res.Status, g.away, len(saw))
			}
		})
	}
}

// wantsThrough knocks, and wants the service to see a JWT and who it is, and the handle nowhere.
func (i *installation) wantsThrough(url string, o opened, scopes string, headers ...string) {
	i.t.Helper()
	res := knock(i.t, url, append(headers[:len(headers):len(headers)], "Authorization", "Bearer "+o.access)...)
	saw := i.service.since()
	if res.StatusCode != http.StatusOK || len(saw) != 1 {
		i.t.Fatalf("%s, and the service saw %d requests", res.Status, len(saw))
	}
	c, h := saw[0].verdict.Claims, saw[0].header
	if !saw[0].verdict.Good || c.Subject != o.subject || c.Session.String() != o.session || string(c.Scope) != scopes {
		i.t.Errorf("the service saw %+v, want %s of session %s with %q", saw[0].verdict, o.subject, o.session, scopes)
	}
	for name, want := range map[string]string{
		"X-Auth-Request-User": o.subject, "X-Auth-Request-Client": "web", "X-Auth-Request-Session": o.session, "X-Auth-Request-Scopes": scopes,
	} {
		if got := strings.Join(h.Values(name), ","); got != want {
			i.t.Errorf("the service saw %s %q, want %q", name, got, want)
		}
	}
	for name, values := range h {
		if strings.Contains(strings.Join(values, " "), o.access) {
			i.t.Errorf("the service saw the handle in %s", name)
		}
	}
}

// wantsOut knocks, and wants 401 with a challenge, and the service left alone.
func (i *installation) wantsOut(what, url, token string, headers ...string) {
	i.t.Helper()
	if headers = headers[:len(headers):len(headers)]; token != "" {
		headers = append(headers, "Authorization", "Bearer "+token)
	}
	res := knock(i.t, url, headers...)
	if saw := i.service.since(); res.StatusCode != http.StatusUnauthorized || len(saw) > 0 {
		i.t.Errorf("%s: %s, and the service saw %d requests", what, res.Status, len(saw))
	}
	if got := res.Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer ") {
		i.t.Errorf("%s: challenge %q", what, got)
	}
	i.wantsPage(res)
}

// wantsPage holds a no against what docs/gateways.md says of the gateway.
func (i *installation) wantsPage(res *http.Response) {
	i.t.Helper()
	if got := res.Header.Get("Content-Type"); !strings.HasPrefix(got, i.behind.page) {
		i.t.Errorf("%s with a page of %s, want %s", res.Status, got, i.behind.page)
	}
}

// wantsForbidden knocks, and wants 403, and the service left alone.
func (i *installation) wantsForbidden(url, token string, headers ...string) {
	i.t.Helper()
	res := knock(i.t, url, append(headers[:len(headers):len(headers)], "Authorization", "Bearer "+token)...)
	if saw := i.service.since(); res.StatusCode != http.StatusForbidden || len(saw) > 0 {
		i.t.Errorf("%s without the scope: %s, and the service saw %d requests", url, res.Status, len(saw))
	}
	i.wantsPage(res)
	if got := res.Header.Get("WWW-Authenticate"); strings.Contains(got, `scope="orders:export"`) != i.behind.scopes {
		i.t.Errorf("%s: challenge %q, want one that names the scope: %v", url, got, i.behind.scopes)
	}
}

// jwt is what the service gets for a handle.
func (i *installation) jwt(url string, o opened) string {
	i.t.Helper()
	knock(i.t, url, "Authorization", "Bearer "+o.access)
	saw := i.service.since()
	if len(saw) != 1 {
		i.t.Fatalf("the service saw %d requests", len(saw))
	}
	return strings.TrimPrefix(saw[0].header.Get("Authorization"), "Bearer ")
}

type opened struct{ subject, session, access string }

// open logs somebody in, as the login service does.
func (i *installation) open(subject, audience, scope string) opened {
	i.t.Helper()
	body, err := json.Marshal(map[string]string{"subject": subject, "audience": audience, "scope": scope})
	if err != nil {
		i.t.Fatal(err)
	}
	var answer struct {
		Session string `json:"session_id"`
		Access  string `json:"access_token"`
	}
	i.call(http.MethodPost, "/sessions", string(body), http.StatusCreated, &answer)
	return opened{subject, answer.Session, answer.Access}
}

func (i *installation) logout(o opened) {
	i.t.Helper()
	i.call(http.MethodDelete, "/sessions/"+o.session, "", http.StatusOK, nil)
}

func (i *installation) call(method, path, body string, want int, into any) {
	i.t.Helper()
	req, err := http.NewRequestWithContext(i.t.Context(), method, i.issuer+path, strings.NewReader(body))
	if err != nil {
		i.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.SetBasicAuth("web", i.login.Reveal())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		i.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != want {
		i.t.Fatalf("%s %s = %s, want %d", method, path, res.Status, want)
	}
	if into != nil {
		if err := json.NewDecoder(res.Body).Decode(into); err != nil {
			i.t.Fatal(err)
		}
	}
}
