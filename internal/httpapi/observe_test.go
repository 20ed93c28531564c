package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/internal/httpapi"
)

type counted struct {
	mu  sync.Mutex
	got []string
}

func (c *counted) Request(endpoint, outcome string, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if took < 0 || took > time.Minute {
		outcome += " in no time at all"
	}
	c.got = append(c.got, endpoint+" "+outcome)
}

// What strangers send must not become a label, or memory grows with each.
func TestLabelsComeFromFixedSets(t *testing.T) {
	var seen counted
	d := newDaemon(t, func(o *options) { o.http = func(c *httpapi.Config) { c.Observe = &seen } })
	p := d.open("alice")
	with := func(req *http.Request, name, value string) *http.Request {
		req.Header.Set(name, value)
		return req
	}
	for _, c := range []struct {
		req    *http.Request
		client string
	}{
		{form("/introspect", "token", p.access), "orders-api"},
		{form("/introspect", "token", p.refresh), "orders-api"},
		{form("/introspect", "token", "Bearer "+p.access), "orders-api"},
		{form("/introspect", "token", p.access), "shop"},
		{form("/introspect", "token", p.access), ""},
		{form("/introspect"), "orders-api"},
		{form("/revoke", "token", p.access), "shop"},
		{form("/token", "grant_type", p.access), "web"},
		{form("/token", "grant_type", "refresh_token", "refresh_token", "x"), "web"},
		{form("/token", "grant_type", "refresh_token", "refresh_token", p.refresh), "web"},
		{form("/token", "grant_type", "refresh_token", "refresh_token", p.refresh), "web"},
		{httptest.NewRequest(http.MethodGet, "/sessions?subject=alice", nil), "web"},
		{with(httptest.NewRequest(http.MethodPost, "/logout", nil), "Authorization", "Bearer "+p.access), ""},
		{with(httptest.NewRequest(http.MethodPost, "/logout", nil), "Authorization", "Bearer x"), ""},
		{httptest.NewRequest(http.MethodGet, "/"+p.access, nil), ""},
		{httptest.NewRequest("BREW", "/sessions", nil), ""},
		{httptest.NewRequest(http.MethodGet, "/livez", nil), ""},
		{httptest.NewRequest(http.MethodGet, "/.well-known/openid-configuration", nil), ""},
	} {
		d.do(c.req, c.client)
	}
	d.store.Fail(errPlug)
	d.do(form("/revoke", "token", p.access), "web")
	want := []string{
		"sessions ok", "introspect active", "introspect inactive", "introspect malformed", "introspect unauthorized_client",
		"introspect invalid_client", "introspect invalid_request", "revoke foreign", "token unsupported_grant_type", "token invalid_grant",
		"token ok", "token repeated", "sessions ok", "logout ok", "logout invalid_token", "other not_found", "other method_not_allowed",
		"health ok", "metadata ok", "revoke unavailable",
	}
	if diff := cmp.Diff(want, seen.got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}
