package partners_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// expected is what an API may be told about a token of alice's.
type expected struct {
	issuer   string
	audience []string
	scope    string
}

// object reads a body as exactly one JSON object; numbers stay as they are spelled.
func (a answer) object(t *testing.T) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(a.Body))
	d.UseNumber()
	var o map[string]any
	if err := d.Decode(&o); err != nil || o == nil || d.More() {
		t.Fatalf("%s %s: body %q is not one JSON object", a.Method, a.Path, a.Body)
	}
	return o
}

// plain is what every answer to a client has: the status, JSON without parameters, nothing for caches.
func (a answer) plain(t *testing.T, status int) {
	t.Helper()
	if a.Status != status {
		t.Errorf("%s %s: status %d, want %d: %s", a.Method, a.Path, a.Status, status, a.Body)
	}
	if got := a.Headers["content-type"]; got != "application/json" {
		t.Errorf("%s %s: Content-Type %q, want application/json", a.Method, a.Path, got)
	}
	if got := a.Headers["cache-control"]; got != "no-store" {
		t.Errorf("%s %s: Cache-Control %q, want no-store", a.Method, a.Path, got)
	}
}

// active is the answer that every client we know reads: RFC 7662 §2.2 with all members that some client insists on, each of its type.
func (a answer) active(t *testing.T, want expected) {
	t.Helper()
	a.plain(t, http.StatusOK)
	o := a.object(t)
	var aud any = want.audience[0]
	if len(want.audience) > 1 {
		list := make([]any, 0, len(want.audience))
		for _, name := range want.audience {
			list = append(list, name)
		}
		aud = list
	}
	for member, value := range map[string]any{
		"active": true, "scope": want.scope, "token_type": "Bearer", "sub": "alice", "username": "alice", "client_id": "web",
		"iss": want.issuer, "aud": aud,
	} {
		if !reflect.DeepEqual(o[member], value) {
			t.Errorf("member %s is %#v, want %#v", member, o[member], value)
		}
	}
	if id, ok := o["jti"].(string); !ok || id == "" {
		t.Errorf("member jti is %#v, want a string", o["jti"])
	}
	now := time.Now().Unix()
	if iat, exp := seconds(t, o, "iat"), seconds(t, o, "exp"); iat > now || iat < now-120 || exp <= now {
		t.Errorf("iat %d, exp %d at %d", iat, exp, now)
	}
	for member, value := range o {
		if value == nil || value == "" {
			t.Errorf("member %s is %#v: it should have been left out", member, value)
		}
	}
}

var whole = regexp.MustCompile(`^[1-9][0-9]*$`)

// seconds is a time as RFC 7662 has it: an integer, neither quoted nor with a fraction.
func seconds(t *testing.T, o map[string]any, member string) int64 {
	t.Helper()
	n, ok := o[member].(json.Number)
	if !ok || !whole.MatchString(n.String()) {
		t.Errorf("member %s is %#v, want an integer", member, o[member])
		return 0
	}
	v, err := n.Int64()
	if err != nil {
		t.Errorf("member %s: %v", member, err)
	}
	return v
}

// inactive is the one answer to whatever is not good.
func (a answer) inactive(t *testing.T) {
	t.Helper()
	a.plain(t, http.StatusOK)
	if a.Body != `{"active":false}` {
		t.Errorf(`body %q, want exactly {"active":false}`, a.Body)
	}
}

// tokens is an answer of the token endpoint (RFC 6749 §5.1).
func (a answer) tokens(t *testing.T) {
	t.Helper()
	a.plain(t, http.StatusOK)
	o := a.object(t)
	for _, member := range []string{"access_token", "refresh_token", "scope"} {
		if text, ok := o[member].(string); !ok || text == "" {
			t.Errorf("member %s is %T, want a string", member, o[member])
		}
	}
	if o["token_type"] != "Bearer" {
		t.Errorf("token_type %#v, want Bearer", o["token_type"])
	}
	if n := seconds(t, o, "expires_in"); n > 3600 {
		t.Errorf("expires_in %d, want at most an hour (RFC 6750 §5.3)", n)
	}
}

// failed is an error as clients tell it from an answer: never 2xx, a code, and nothing about the token.
func (a answer) failed(t *testing.T, status int, code string) {
	t.Helper()
	a.plain(t, status)
	o := a.object(t)
	if o["error"] != code {
		t.Errorf("error %#v, want %s", o["error"], code)
	}
	if _, ok := o["active"]; ok {
		t.Error("an error says whether the token is active")
	}
	if challenge := a.Headers["www-authenticate"]; (status == http.StatusUnauthorized) != (challenge != "") {
		t.Errorf("status %d with WWW-Authenticate %q", status, challenge)
	}
}

// described is the metadata: cacheable, at the issuer's very spelling, and whole (RFC 8414 §3).
func (a answer) described(t *testing.T, issuer string) {
	t.Helper()
	if a.Status != http.StatusOK || a.Headers["content-type"] != "application/json" {
		t.Errorf("%s: %d %s", a.Path, a.Status, a.Headers["content-type"])
	}
	o := a.object(t)
	for member, value := range map[string]string{
		"issuer": issuer, "token_endpoint": issuer + "/token", "introspection_endpoint": issuer + "/introspect",
		"revocation_endpoint": issuer + "/revoke", "sessions_endpoint": issuer + "/sessions", "logout_endpoint": issuer + "/logout",
	} {
		if o[member] != value {
			t.Errorf("%s: member %s is %#v, want %q", a.Path, member, o[member], value)
		}
	}
	for _, endpoint := range []string{"token", "introspection", "revocation"} {
		member := endpoint + "_endpoint_auth_methods_supported"
		methods := fmt.Sprint(o[member])
		if !slices.Contains(strings.Fields(strings.Trim(methods, "[]")), "client_secret_basic") {
			t.Errorf("%s: %s is %s", a.Path, member, methods)
		}
	}
}
