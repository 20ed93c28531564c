package hybrid_test

import (
	"encoding/base64"
	"fmt"
	"strings"
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

// What one API was not given, it does not get by way of others, however far the way is, and whatever is registered meanwhile.
func TestWhatWasNarrowedStaysNarrowOverAnyNumberOfExchanges(t *testing.T) {
	o := open(t, 100)
	narrow, err := o.try("gateway", o.login("web").Pair.Access, "orders", "orders:read", now)
	o.must(err)
	stock, err := o.try("orders-api", narrow.Token, "stock", "stock:write", now)
	o.must(err)
	if stock.Claims.Scope != "stock:write" {
		t.Errorf("another API's scopes: %q, want stock:write, which was never left out", stock.Claims.Scope)
	}
	back := o.exchange("stock-api", stock.Token, "orders")
	if back.Claims.Scope != "orders:read" {
		t.Errorf("back after two exchanges: scope %q, want orders:read", back.Claims.Scope)
	}
	got, err := o.try("stock-api", stock.Token, "orders", "orders:write", now)
	o.refused("what was left out two exchanges ago", session.InvalidScope, got, err)

	o.must(o.store.AddClient(t.Context(), caller.Client{ID: "orders-too", Roles: caller.Service, Audiences: "orders"}))
	o.must(o.store.RemoveAudience(t.Context(), "orders"))
	o.must(o.store.RemoveAudience(t.Context(), "stock"))
	o.must(o.store.AddAudience(t.Context(), session.Audience{Name: "orders", Callers: "web stock-api orders-too"}))
	o.must(o.store.AddAudience(t.Context(), session.Audience{
		Name: "stock", Scopes: "orders:read orders:write stock:read stock:write", Callers: "web orders-too",
	}))
	o.must(o.node.Renewed(t.Context()))
	if got := o.exchange("orders-too", back.Token, "stock").Claims.Scope; got != "orders:read stock:write" {
		t.Errorf("after the scopes moved to another API, three exchanges on: scope %q, want orders:read stock:write", got)
	}
}

// An API learns nothing of the scopes of others, the ones that were left out neither.
func TestWhatWasLeftOutIsNotNamed(t *testing.T) {
	o := open(t, 100)
	narrow, err := o.try("gateway", o.login("web").Pair.Access, "orders", "orders:read", now)
	o.must(err)
	stock := o.exchange("orders-api", narrow.Token, "stock").Token.Reveal()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(stock, ".")[1])
	o.must(err)
	if strings.Contains(string(payload), "orders:") || !strings.Contains(string(payload), `"withheld":"2"`) {
		t.Errorf("the token for stock says %s", payload)
	}
}

// A mark that fits no handle comes from no exchange of ours.
func TestAMarkOfNoScopeOfTheHandleIsRefused(t *testing.T) {
	o := open(t, 100)
	login := o.login("job")
	out := o.exchange("gateway", login.Pair.Access, "orders")
	for withheld, want := range map[hybrid.Withheld]bool{0: true, 1 << 3: true, 1 << 4: false} { // it has four scopes
		token, _, err := minter(t, o.ring).Mint(&hybrid.Request{
			Answer: out.Claims.Answer(), Log: out.Claims.Log, Audience: "orders", Handle: login.Access.ID, Withheld: withheld,
		}, now)
		o.must(err)
		if got := o.active(token); got != want {
			t.Errorf("withheld %v: active %v, want %v", withheld, got, want)
		}
	}
}

// Whichever token of a chain is taken back, what was made of it goes with it, and what it was made of does not.
func TestOneSignedTokenTakenBackTakesAlongWhatWasMadeOfIt(t *testing.T) {
	for taken := range 3 {
		o := open(t, 100)
		handle := o.login("web").Pair.Access
		var chain []hybrid.Exchanged
		presented := handle
		for _, hop := range [][2]string{{"gateway", "orders"}, {"orders-api", "stock"}, {"stock-api", "orders"}} {
			chain = append(chain, o.exchange(hop[0], presented, hop[1]))
			presented = chain[len(chain)-1].Token
		}
		if want := (hybrid.Line{chain[1].Claims.ID, chain[0].Claims.ID}); chain[2].Claims.MadeFrom != want {
			t.Fatalf("the last says that it was made of %v, want %v", chain[2].Claims.MadeFrom, want)
		}
		_, err := o.sessions.RevokeSigned(t.Context(), chain[taken].Claims.ID, chain[taken].Claims.ExpiresAt, now)
		o.must(err)
		for i, token := range chain {
			read, err := o.reader.Verify(t.Context(), token.Token, now)
			o.must(err)
			if got, covered := o.active(token.Token), read.Claims.TakenBack(o.node.Set()); got != (i < taken) || covered == got {
				t.Errorf("hop %d taken back: hop %d active %v, taken back %v", taken, i, got, covered)
			}
		}
		// The exchange remembers the last token under the one before it, which is good still when only the last was taken back.
		got, err := o.try("stock-api", chain[1].Token, "orders", "", now)
		if taken == 2 {
			o.must(err)
			if got.Remembered {
				t.Error("a token that was taken back is given away again")
			}
		} else {
			o.refused("made of one that was taken back", session.InvalidRequest, got, err)
		}
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
