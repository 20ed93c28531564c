package hybrid_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

func TestAChainNamesTheClientsThePresentOneFirst(t *testing.T) {
	o := open(t, 100)
	login := o.login("web")
	first := o.exchange("gateway", login.Pair.Access, "orders")
	second := o.exchange("orders-api", first.Token, "stock")
	third := o.exchange("stock-api", second.Token, "orders")
	for i, c := range []struct {
		got  hybrid.Claims
		want session.List
	}{{first.Claims, "gateway"}, {second.Claims, "orders-api gateway"}, {third.Claims, "stock-api orders-api gateway"}} {
		if c.got.Actors != c.want || c.got.Handle != login.Access.ID || c.got.Session != login.Session.ID || c.got.Subject != "alice" || c.got.Client != "web" {
			t.Errorf("hop %d: %+v, want actors %q", i, c.got, c.want)
		}
	}
	a, err := o.answers.Answer(t.Context(), o.client("orders-api"), third.Token, now)
	if err != nil || a.Actors != "stock-api orders-api gateway" {
		t.Errorf("introspection says %q, %v", a.Actors, err)
	}
	got, err := o.try("orders-api", third.Token, "stock", "", now)
	o.refused("a cycle", session.InvalidRequest, got, err)
	o.end(session.BySession(login.Session.ID))
	for i, token := range []session.Handle{first.Token, second.Token, third.Token} {
		if o.active(token) {
			t.Errorf("hop %d is active after the session ended", i)
		}
	}
}

func TestAChainIsBounded(t *testing.T) {
	o := open(t, 100)
	var ids session.List
	for i := range hybrid.MaxActors + 1 {
		id := fmt.Sprint("relay-", i)
		ids = session.ListOf(append(ids.Names(), id)...)
		o.must(o.store.AddClient(t.Context(), caller.Client{ID: id, Roles: caller.Service, Audiences: "relay"}))
	}
	o.must(o.store.AddAudience(t.Context(), session.Audience{Name: "relay", Callers: "web " + ids}))
	o.must(o.node.Renewed(t.Context()))
	login, err := o.sessions.Open(t.Context(), session.OpenRequest{Subject: "alice", Client: "web", Audience: "relay"}, now)
	o.must(err)
	token := login.Pair.Access
	for i, id := range ids.Names() {
		got, err := o.try(id, token, "relay", "", now)
		if i == hybrid.MaxActors {
			o.refused("one too many", session.InvalidRequest, got, err)
			return
		}
		o.must(err)
		token = got.Token
	}
}

// A chain has what the handle has, but of what a signed token could have carried no more than it did.
func TestWhatWasNarrowedStaysNarrow(t *testing.T) {
	o := open(t, 100)
	handle := o.login("web").Pair.Access
	narrow, err := o.try("gateway", handle, "orders", "orders:read", now)
	o.must(err)
	o.must(o.store.AddClient(t.Context(), caller.Client{ID: "twin", Roles: caller.Service, Audiences: "orders"}))
	o.must(o.store.RemoveAudience(t.Context(), "orders"))
	o.must(o.store.AddAudience(t.Context(), session.Audience{Name: "orders", Scopes: "orders:read orders:write", Callers: "web gateway twin"}))
	o.must(o.node.Renewed(t.Context()))
	if got := o.exchange("twin", narrow.Token, "orders").Claims.Scope; got != "orders:read" {
		t.Errorf("scope %q, want orders:read", got)
	}
	got, err := o.try("twin", narrow.Token, "orders", "orders:write", now)
	o.refused("what was left out", session.InvalidScope, got, err)
	if got := o.exchange("orders-api", narrow.Token, "stock").Claims.Scope; got != "stock:read stock:write" {
		t.Errorf("for another audience: scope %q", got)
	}
}

func TestAChainDoesNotOutliveWhatItWasMadeOf(t *testing.T) {
	o := open(t, 100)
	first := o.exchange("gateway", o.login("web").Pair.Access, "orders")
	got, err := o.try("orders-api", first.Token, "stock", "", now.Add(50*time.Second))
	o.must(err)
	if got.Claims.ExpiresAt != first.Claims.ExpiresAt {
		t.Errorf("ends at %d, want %d", got.Claims.ExpiresAt, first.Claims.ExpiresAt)
	}
	got, err = o.try("orders-api", first.Token, "stock", "", first.Claims.ExpiresAt.Time())
	o.refused("at its end", session.InvalidRequest, got, err)
}

func TestASignedTokenThatWasTakenBackIsNotExchanged(t *testing.T) {
	o := open(t, 100)
	handle := o.login("web").Pair.Access
	first := o.exchange("gateway", handle, "orders")
	o.exchange("orders-api", first.Token, "stock")
	_, err := o.sessions.RevokeSigned(t.Context(), first.Claims.ID, first.Claims.ExpiresAt, now)
	o.must(err)
	got, err := o.try("orders-api", first.Token, "stock", "", now)
	o.refused("taken back", session.InvalidRequest, got, err)
}
