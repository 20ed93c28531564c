package hybrid_test

import (
	"errors"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/session"
)

func TestARememberedExchangeCostsNoSignature(t *testing.T) {
	o := open(t, 100)
	handle := o.login("web").Pair.Access
	first := o.exchange("gateway", handle, "orders")
	for i := range 29 {
		got, err := o.try("gateway", handle, "orders", "", now.Add(time.Duration(i)*time.Second))
		o.must(err)
		if got.Token != first.Token || got.Claims != first.Claims || !got.Remembered {
			t.Fatalf("after %d s: another token", i)
		}
	}
	if n, s := o.signer.signed.Load(), o.exchanger.Stats(); n != 1 || s.Minted != 1 || s.Remembered != 29 || s.Kept != 1 {
		t.Errorf("%d signatures, %+v, want one and 29 remembered", n, s)
	}
	got, err := o.try("gateway", handle, "orders", "", now.Add(30*time.Second))
	o.must(err)
	if got.Remembered || got.Token == first.Token {
		t.Error("given away again with half of its life gone")
	}
}

func TestWhatIsRememberedIsForTheSameQuestionOnly(t *testing.T) {
	o := open(t, 100)
	alice, again := o.login("web").Pair.Access, o.login("web").Pair.Access
	seen := map[string]string{}
	for name, c := range map[string]struct {
		client   string
		token    session.Handle
		audience string
		scope    session.List
	}{
		"one": {"gateway", alice, "orders", ""}, "another audience": {"gateway", alice, "stock", ""},
		"less scope": {"gateway", alice, "orders", "orders:read"}, "another client": {"edge", alice, "orders", ""},
		"the holder": {"", alice, "orders", ""}, "another session": {"gateway", again, "orders", ""},
	} {
		got, err := o.try(c.client, c.token, c.audience, c.scope, now)
		o.must(err)
		if before, ok := seen[got.Token.Reveal()]; ok || got.Remembered {
			t.Errorf("%s is given the token of %q", name, before)
		}
		seen[got.Token.Reveal()] = name
	}
	// All of the scope, asked for by name, is the same question.
	got, err := o.try("gateway", alice, "orders", "orders:read orders:write", now)
	o.must(err)
	if seen[got.Token.Reveal()] != "one" {
		t.Errorf("asked for all by name: the token of %q", seen[got.Token.Reveal()])
	}
}

func TestWhatWasTakenBackIsNotGivenAwayAgain(t *testing.T) {
	for name, take := range map[string]func(o *office, login *session.Opened, c hybrid.Claims){
		"the session":       func(o *office, l *session.Opened, _ hybrid.Claims) { o.end(session.BySession(l.Session.ID)) },
		"the subject":       func(o *office, _ *session.Opened, _ hybrid.Claims) { o.end(session.BySubject("alice")) },
		"the handle":        func(o *office, l *session.Opened, _ hybrid.Claims) { o.end(session.ByToken(l.Access.ID)) },
		"the handle's user": func(o *office, _ *session.Opened, _ hybrid.Claims) { o.end(session.ByClient("web")) },
		"everything":        func(o *office, _ *session.Opened, _ hybrid.Claims) { o.end(session.Everything()) },
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t, 100)
			login := o.login("web")
			first := o.exchange("gateway", login.Pair.Access, "orders")
			take(o, login, first.Claims)
			got, err := o.try("gateway", login.Pair.Access, "orders", "", now)
			o.refused(name, session.InvalidRequest, got, err)
			if o.active(first.Token) {
				t.Error("the token that was made before is active")
			}
		})
	}
	for name, take := range map[string]func(o *office, c hybrid.Claims){
		"the token itself": func(o *office, c hybrid.Claims) {
			_, err := o.sessions.RevokeSigned(o.Context(), c.ID, c.ExpiresAt, now)
			o.must(err)
		},
		"the key": func(o *office, c hybrid.Claims) { o.end(session.ByKey(c.KeyID)) },
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t, 100)
			handle := o.login("web").Pair.Access
			first := o.exchange("gateway", handle, "orders")
			take(o, first.Claims)
			if got := o.exchange("gateway", handle, "orders"); got.Remembered || got.Token == first.Token {
				t.Error("given away again")
			}
			if o.active(first.Token) {
				t.Error("the token is active")
			}
			if !o.active(handle) {
				t.Error("the handle went with it")
			}
		})
	}
}

func TestATokenDiesWithAnyOfTheClientsThatItCameThrough(t *testing.T) {
	o := open(t, 100)
	handle := o.login("web").Pair.Access
	first := o.exchange("gateway", handle, "orders")
	second := o.exchange("orders-api", first.Token, "stock")
	o.end(session.ByClient("gateway"))
	if o.active(first.Token) || o.active(second.Token) {
		t.Error("a token that came through a disabled client is active")
	}
	if !o.active(handle) || !o.active(o.exchange("edge", handle, "orders").Token) {
		t.Error("another's token went with it")
	}
}

// What is registered is looked at each time.
func TestWhatIsRememberedIsNotGivenAwayWhenTheRegistryForbidsIt(t *testing.T) {
	o := open(t, 100)
	handle := o.login("web").Pair.Access
	o.exchange("gateway", handle, "orders")
	o.must(o.store.RemoveAudience(t.Context(), "orders"))
	o.must(o.node.Renewed(t.Context()))
	got, err := o.try("gateway", handle, "orders", "", now)
	o.refused("removed", session.InvalidTarget, got, err)

	o.must(o.store.AddAudience(t.Context(), session.Audience{Name: "orders", Scopes: "orders:read", Callers: "web gateway"}))
	o.must(o.node.Renewed(t.Context()))
	if c := o.exchange("gateway", handle, "orders").Claims; c.Scope != "orders:read" {
		t.Errorf("registered anew with less scope: %q", c.Scope)
	}
	o.must(o.store.RemoveAudience(t.Context(), "orders"))
	o.must(o.store.AddAudience(t.Context(), session.Audience{Name: "orders", Scopes: "orders:read", Callers: "web gateway", JWTTTL: 5 * time.Second}))
	o.must(o.node.Renewed(t.Context()))
	if c := o.exchange("gateway", handle, "orders").Claims; c.ExpiresAt != session.DateOf(now)+5 {
		t.Errorf("registered anew with a shorter life: ends at %d", c.ExpiresAt)
	}
}

func TestTheMemoryIsBounded(t *testing.T) {
	o := open(t, 64)
	for range 500 {
		o.exchange("gateway", o.login("web").Pair.Access, "orders")
	}
	if kept := o.exchanger.Stats().Kept; kept > 64 || kept < 16 {
		t.Errorf("%d remembered, want up to 64", kept)
	}
	none := open(t, 0)
	handle := none.login("web").Pair.Access
	if a, b := none.exchange("gateway", handle, "orders"), none.exchange("gateway", handle, "orders"); a.Token == b.Token || none.exchanger.Stats().Kept != 0 {
		t.Error("remembered with capacity 0")
	}
}

func TestNewExchangerRefusesWhatWouldNotWork(t *testing.T) {
	o := open(t, 0)
	good := hybrid.ExchangerConfig{Reader: o.reader, Callers: o.callers, Minter: minter(t, o.ring)}
	for name, change := range map[string]func(*hybrid.ExchangerConfig){
		"no reader": func(c *hybrid.ExchangerConfig) { c.Reader = nil }, "no callers": func(c *hybrid.ExchangerConfig) { c.Callers = nil },
		"no minter": func(c *hybrid.ExchangerConfig) { c.Minter = nil }, "negative": func(c *hybrid.ExchangerConfig) { c.Capacity = -1 },
		"huge": func(c *hybrid.ExchangerConfig) { c.Capacity = 1 << 30 },
	} {
		c := good
		change(&c)
		if _, err := hybrid.NewExchanger(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := hybrid.NewExchanger(good); err != nil {
		t.Error(err)
	}
}

func TestWhenNothingCanBeSignedNothingIsRefused(t *testing.T) {
	o := open(t, 100)
	late := now.Add(2 * time.Hour) // the keys have not been read since
	login, err := o.sessions.Open(t.Context(), session.OpenRequest{Subject: "alice", Client: "web", Audience: "orders"}, late)
	o.must(err)
	if got, err := o.try("gateway", login.Pair.Access, "orders", "", late); !errors.Is(err, session.ErrUnavailable) || !got.Token.IsZero() {
		t.Errorf("Exchange = %v, %v, want ErrUnavailable", got, err)
	}
}
