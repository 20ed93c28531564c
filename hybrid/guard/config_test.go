package guard_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

var modes = []guard.Mode{guard.Introspect, guard.IntrospectCached, guard.TTLCache, guard.JWT}

// What would silently turn a check off, or does nothing where it stands, keeps the guard from starting.
func TestNewRefusesWhatWouldGuardNothing(t *testing.T) {
	i := guardtest.New(t)
	for _, c := range []struct {
		name, want string
		mode       guard.Mode
		change     func(*guard.Config)
	}{
		{"no issuer", "issuer", guard.Introspect, func(c *guard.Config) { c.Issuer = "" }},
		{"no issuer", "issuer", guard.JWT, func(c *guard.Config) { c.Issuer = "" }},
		{"no audience", "audience", guard.Introspect, func(c *guard.Config) { c.Audience = "" }},
		{"no audience", "audience", guard.JWT, func(c *guard.Config) { c.Audience = "" }},
		{"two audiences", "one API", guard.Introspect, func(c *guard.Config) { c.Audience = "orders billing" }},
		{"no mode", "mode", guard.Introspect, func(c *guard.Config) { c.Mode = "" }},
		{"another mode", "mode", guard.Introspect, func(c *guard.Config) { c.Mode = "jwt-lease" }},
		{"mode in capitals", "mode", guard.Introspect, func(c *guard.Config) { c.Mode = "JWT" }},
		{"nobody to ask", "introspector", guard.Introspect, func(c *guard.Config) { c.Introspector = nil }},
		{"nobody to ask", "introspector", guard.TTLCache, func(c *guard.Config) { c.Introspector = nil }},
		{"no TTL", "ttl", guard.TTLCache, func(c *guard.Config) { c.TTL = 0 }},
		{"a TTL below zero", "ttl", guard.TTLCache, func(c *guard.Config) { c.TTL = -1 }},
		{"a TTL of a day", "ttl", guard.TTLCache, func(c *guard.Config) { c.TTL = 24 * time.Hour }},
		{"a TTL that does nothing", "ttl", guard.Introspect, func(c *guard.Config) { c.TTL = time.Second }},
		{"a TTL that does nothing", "ttl", guard.JWT, func(c *guard.Config) { c.TTL = time.Second }},
		{"a TTL and no memory", "memory", guard.TTLCache, func(c *guard.Config) { c.Capacity = -1 }},
		{"a memory without bounds", "capacity", guard.JWT, func(c *guard.Config) { c.Capacity = 1 << 40 }},
		{"no keys", "keys", guard.JWT, func(c *guard.Config) { c.Keys = nil }},
		{"keys that do nothing", "keys", guard.Introspect, func(c *guard.Config) { c.Keys = jwks.Set{} }},
		{"no algorithms", "algorithms", guard.JWT, func(c *guard.Config) { c.Algorithms = nil }},
		{"none", "not supported", guard.JWT, func(c *guard.Config) { c.Algorithms = []jwks.Algorithm{"none"} }},
		{"HS256", "not supported", guard.JWT, func(c *guard.Config) { c.Algorithms = []jwks.Algorithm{"HS256"} }},
		{"a leeway of an hour", "leeway", guard.JWT, func(c *guard.Config) { c.Leeway = time.Hour }},
		{"a resource that is no URL", "resource", guard.JWT, func(c *guard.Config) { c.Resource = "orders" }},
		{"a resource with a query", "resource", guard.JWT, func(c *guard.Config) { c.Resource = "https://orders.example/?a=b" }},
		{"a scope of two words", "scope", guard.JWT, func(c *guard.Config) { c.Scopes = []string{"a b"} }},
	} {
		cfg := i.Config(c.mode, "orders")
		c.change(&cfg)
		if _, err := guard.New(cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, mode %s: New = %v, want an error about %q", c.name, c.mode, err, c.want)
		}
	}
	for _, mode := range modes {
		if _, err := guard.New(i.Config(mode, "orders")); err != nil {
			t.Errorf("mode %s: New = %v", mode, err)
		}
	}
}

func TestWhatIsNoScopePanicsWhenItIsWired(t *testing.T) {
	g := guardtest.New(t).Guard(guard.JWT, "orders")
	for _, scope := range []string{"", "a b", "a\"", "ä"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Require(%q) did not panic", scope)
				}
			}()
			g.Require(scope)
		}()
	}
}

func TestAGuardIsMadeOfWordsAndMetadata(t *testing.T) {
	i := guardtest.New(t)
	for _, mode := range modes {
		s := i.Settings(mode, "orders")
		g, err := guard.Discover(t.Context(), s)
		if err != nil {
			t.Fatalf("mode %s: %v", mode, err)
		}
		for _, token := range []string{i.Handle(guardtest.Grant{Audience: "orders"}), i.JWT(guardtest.Grant{Audience: "orders"})} {
			if a, err := g.Introspect(t.Context(), session.Present(token)); err != nil || a.Subject != "alice" {
				t.Errorf("mode %s: Introspect = %+v, %v", mode, a, err)
			}
		}
	}
	alone := i.Settings(guard.JWT, "orders")
	alone.ClientID = ""
	g, err := guard.Discover(t.Context(), alone)
	if err != nil {
		t.Fatal(err)
	}
	before := i.Asked("introspect")
	for token, want := range map[string]bool{i.Handle(guardtest.Grant{Audience: "orders"}): false, i.JWT(guardtest.Grant{Audience: "orders"}): true} {
		if a, err := g.Introspect(t.Context(), session.Present(token)); err != nil || a.Active != want {
			t.Errorf("Introspect = %+v, %v, want active %v", a, err, want)
		}
	}
	if i.Asked("introspect") != before {
		t.Error("a guard without client id asked")
	}
}

func TestDiscoveryRefusesWhatIsNotTheIssuersOwn(t *testing.T) {
	i := guardtest.New(t)
	for _, c := range []struct {
		name, want string
		change     func(*guard.Settings)
	}{
		{"another issuer", "issuer", func(s *guard.Settings) { s.Issuer = strings.Replace(s.Issuer, "127.0.0.1", "localhost", 1) }},
		{"plain http to another machine", "plain http", func(s *guard.Settings) { s.Issuer = "http://id.example" }},
		{"no issuer", "issuer", func(s *guard.Settings) { s.Issuer = "" }},
		{"no audience", "audience", func(s *guard.Settings) { s.Audience = "" }},
		{"an unknown mode", "mode", func(s *guard.Settings) { s.Mode = "trust" }},
		{"an unknown algorithm", "not supported", func(s *guard.Settings) { s.Algorithms = "HS256" }},
	} {
		s := i.Settings(guard.JWT, "orders")
		s.ClientID = ""
		c.change(&s)
		if _, err := guard.Discover(t.Context(), s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Discover = %v, want an error about %q", c.name, err, c.want)
		}
	}
	i.Down(true)
	for _, mode := range modes {
		if _, err := guard.Discover(t.Context(), i.Settings(mode, "orders")); err == nil {
			t.Errorf("mode %s: Discover of an issuer that is down: no error", mode)
		}
	}
}

// saying is an introspector that always answers the same.
type saying struct {
	answer introspect.Answer
	err    error
	asked  int
}

func (s *saying) Introspect(context.Context, session.Handle) (introspect.Answer, error) {
	s.asked++
	return s.answer, s.err
}
