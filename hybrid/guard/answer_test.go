package guard_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// want holds what a guard says of a token against what it should.
func want(t *testing.T, g *guard.Guard, token string, active bool, when string) {
	t.Helper()
	a, err := g.Introspect(t.Context(), session.Present(token))
	if err != nil || a.Active != active || !active && a != (introspect.Answer{}) {
		t.Errorf("%s: Introspect = active %v, %v, want active %v", when, a.Active, err, active)
	}
}

// The table of modes in docs/guard.md.
func TestWhatStaysOpenAfterALogout(t *testing.T) {
	for _, c := range []struct {
		mode        guard.Mode
		handle, jwt bool // still accepted after the logout returned
		questions   int  // for ten calls each
	}{
		{guard.Introspect, false, false, 20},
		{guard.IntrospectCached, false, false, 20},
		{guard.TTLCache, true, true, 2},
		{guard.JWT, false, true, 10}, // about the handle
	} {
		i := guardtest.New(t)
		g := i.Guard(c.mode, "orders")
		handle, jwt := i.Handle(guardtest.Grant{Audience: "orders"}), i.JWT(guardtest.Grant{Audience: "orders"})
		for range 10 {
			want(t, g, handle, true, string(c.mode)+", handle")
			want(t, g, jwt, true, string(c.mode)+", jwt")
		}
		if n := i.Asked("introspect"); n != c.questions {
			t.Errorf("mode %s: %d questions, want %d", c.mode, n, c.questions)
		}
		i.Revoke(handle)
		i.Revoke(jwt)
		want(t, g, handle, c.handle, string(c.mode)+", handle after logout")
		want(t, g, jwt, c.jwt, string(c.mode)+", jwt after logout")
	}
}

func TestATokenForAnotherAPIIsNoGoodInAnyMode(t *testing.T) {
	i := guardtest.New(t)
	for _, mode := range modes {
		g := i.Guard(mode, "orders")
		for _, audience := range []string{"billing", "order", "orders2", "Orders", "orders/"} {
			want(t, g, i.Handle(guardtest.Grant{Audience: audience}), false, string(mode)+", handle for "+audience)
			want(t, g, i.JWT(guardtest.Grant{Audience: audience}), false, string(mode)+", JWT for "+audience)
		}
		want(t, g, i.JWT(guardtest.Grant{Audience: "billing orders"}), false, string(mode)+", JWT for the first of two")
		want(t, g, i.Handle(guardtest.Grant{Audience: "billing orders"}), true, string(mode)+", handle for two")
	}
}

func TestExpiredIsExpiredInAnyMode(t *testing.T) {
	i := guardtest.New(t)
	for _, mode := range modes {
		g := i.Guard(mode, "orders")
		want(t, g, i.Handle(guardtest.Grant{Audience: "orders", Ago: time.Hour}), false, string(mode)+", handle")
		want(t, g, i.JWT(guardtest.Grant{Audience: "orders", Ago: 2 * time.Minute}), false, string(mode)+", JWT")
	}
}

// A remembered verdict is what a fresh one would be, at any time and in any order of times.
func TestARememberedVerdictIsHeldAgainstTheTimeAtEachUse(t *testing.T) {
	i := guardtest.New(t)
	remembers := i.Guard(guard.JWT, "orders")
	cfg := i.Config(guard.JWT, "orders")
	cfg.Capacity = -1
	forgets, err := guard.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	token := session.Present(i.JWT(guardtest.Grant{Audience: "orders"}))
	now := time.Now()
	want(t, remembers, token.Reveal(), true, "first")
	yes, no := 0, 0
	for s := -20; s < 90; s++ {
		at := now.Add(time.Duration(s) * time.Second)
		a, err := remembers.Answer(t.Context(), token, at)
		b, err2 := forgets.Answer(t.Context(), token, at)
		if err != nil || err2 != nil || a != b {
			t.Errorf("after %ds: remembered %+v, %v; fresh %+v, %v", s, a.Active, err, b.Active, err2)
		}
		if a.Active {
			yes++
		} else {
			no++
		}
	}
	if yes < 60 || yes > 72 || no < 20 {
		t.Errorf("%d seconds good, %d not: want a minute and twice the leeway", yes, no)
	}
}

func TestAVerdictFallsWithTheKeyThatSigned(t *testing.T) {
	i := guardtest.New(t)
	g := i.Guard(guard.JWT, "orders")
	old := i.KeyID()
	before := i.JWT(guardtest.Grant{Audience: "orders"})
	want(t, g, before, true, "before")
	i.Rotate()
	after := i.JWT(guardtest.Grant{Audience: "orders"})
	want(t, g, before, true, "rotated, the old key still published")
	want(t, g, after, true, "rotated, the new key")
	i.RevokeKey(old)
	want(t, g, before, false, "key revoked")
	want(t, g, after, true, "the other key")
}

// swapped are keys in which an id stands for another key from some moment on.
type swapped struct{ now jwks.Set }

func (s *swapped) Find(ctx context.Context, id string, at time.Time) (jwks.Key, bool, error) {
	return s.now.Find(ctx, id, at)
}

// renamed is the key with which an issuer signs, under an id of choice.
func renamed(t *testing.T, i *guardtest.Issuer, id string) jwks.Set {
	t.Helper()
	k, ok, err := i.Config(guard.JWT, "orders").Keys.Find(t.Context(), i.KeyID(), time.Now())
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	k.ID = id
	set, err := jwks.NewSet(k)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestAnIDThatStandsForAnotherKeyNowIsNoProof(t *testing.T) {
	one, two := guardtest.New(t), guardtest.New(t)
	keys := &swapped{now: renamed(t, one, one.KeyID())}
	cfg := one.Config(guard.JWT, "orders")
	cfg.Keys = keys
	g, err := guard.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	token := one.JWT(guardtest.Grant{Audience: "orders"})
	want(t, g, token, true, "before")
	keys.now = renamed(t, two, one.KeyID())
	want(t, g, token, false, "the id is another key's")
	keys.now = renamed(t, one, one.KeyID())
	want(t, g, token, true, "again")
}

func TestOnlyTheVeryTextIsRemembered(t *testing.T) {
	i := guardtest.New(t)
	g := i.Guard(guard.JWT, "orders")
	token := i.JWT(guardtest.Grant{Audience: "orders"})
	want(t, g, token, true, "as it is")
	for n := range len(token) {
		for _, c := range []string{"A", "b", ".", "=", "-"} {
			if changed := token[:n] + c + token[n+1:]; changed != token {
				if a, err := g.Introspect(t.Context(), session.Present(changed)); a.Active || err != nil {
					t.Fatalf("with %q at %d: Introspect = %+v, %v", c, n, a, err)
				}
			}
		}
	}
	want(t, g, token+"A", false, "longer")
	want(t, g, token[:len(token)-1], false, "shorter")
	want(t, g, token, true, "as it is")
}

func TestTTLCacheRepeatsYesUntilItIsTooOldAndNothingElse(t *testing.T) {
	now := time.Now()
	yes := introspect.Answer{
		Active: true, Issuer: "https://id.example", Audience: "orders", TokenType: "Bearer", Subject: "alice", ExpiresAt: session.DateOf(now) + 100,
	}
	in := &saying{answer: yes}
	g, err := guard.New(guard.Config{
		Mode: guard.TTLCache, Issuer: "https://id.example", Audience: "orders", TTL: 30 * time.Second, Introspector: in,
	})
	if err != nil {
		t.Fatal(err)
	}
	token := session.NewHandle(session.Access)
	ask := func(after time.Duration, active bool, asked int) {
		t.Helper()
		a, err := g.Answer(t.Context(), token, now.Add(after))
		if a.Active != active || err != nil || in.asked != asked {
			t.Errorf("after %v: active %v, %v, %d questions; want %v, %d", after, a.Active, err, in.asked, active, asked)
		}
	}
	ask(0, true, 1)
	ask(time.Second, true, 1)
	ask(30*time.Second-1, true, 1)
	ask(30*time.Second, true, 2) // too old
	ask(59*time.Second, true, 2)
	in.answer = introspect.Answer{}
	ask(60*time.Second, false, 3)
	ask(60*time.Second, false, 4) // no is not repeated
	ask(59*time.Second, false, 5) // and what it was before is forgotten
	in.err = session.ErrUnavailable
	for range 2 {
		if a, err := g.Answer(t.Context(), token, now); a.Active || !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("Answer = %+v, %v, want an error", a, err)
		}
	}
	in.err, in.answer = nil, yes
	ask(80*time.Second, true, 8)
	in.answer = introspect.Answer{}
	ask(99*time.Second, true, 8)
	ask(101*time.Second, false, 9) // expired within the TTL
}

func TestAnAnswerIsBelievedOnlyInTheWordsOfAnAccessTokenForUs(t *testing.T) {
	good := introspect.Answer{Active: true, Issuer: "https://id.example", Audience: "orders", TokenType: "Bearer", Subject: "alice"}
	for _, c := range []struct {
		name   string
		change func(*introspect.Answer)
		active bool
		fails  bool
	}{
		{"as it should be", func(*introspect.Answer) {}, true, false},
		{"for two", func(a *introspect.Answer) { a.Audience = "billing orders" }, true, false},
		{"no issuer", func(a *introspect.Answer) { a.Issuer = "" }, false, true},
		{"another issuer", func(a *introspect.Answer) { a.Issuer = "https://id.example/" }, false, true},
		{"no audience", func(a *introspect.Answer) { a.Audience = "" }, false, true},
		{"another audience", func(a *introspect.Answer) { a.Audience = "orders2" }, false, false},
		{"a refresh token", func(a *introspect.Answer) { a.TokenType = "refresh_token" }, false, false},
		{"bound to a key that was not shown", func(a *introspect.Answer) { a.TokenType = "DPoP" }, false, false},
		{"no type", func(a *introspect.Answer) { a.TokenType = "" }, false, false},
		{"inactive", func(a *introspect.Answer) { a.Active = false }, false, false},
	} {
		in := &saying{answer: good}
		c.change(&in.answer)
		for _, mode := range []guard.Mode{guard.Introspect, guard.TTLCache} {
			cfg := guard.Config{Mode: mode, Issuer: "https://id.example", Audience: "orders", Introspector: in}
			if mode == guard.TTLCache {
				cfg.TTL = time.Second
			}
			g, err := guard.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			a, err := g.Introspect(t.Context(), session.NewHandle(session.Access))
			if a.Active != c.active || errors.Is(err, session.ErrUnavailable) != c.fails || (err != nil) != c.fails || !a.Active && a != (introspect.Answer{}) {
				t.Errorf("%s, mode %s: Introspect = %+v, %v", c.name, mode, a, err)
			}
		}
	}
}

// What is no token of ours costs nobody a question.
func TestJunkAsksNobody(t *testing.T) {
	in := &saying{err: errors.New("asked")}
	g, err := guard.New(guard.Config{Mode: guard.Introspect, Issuer: "https://id.example", Audience: "orders", Introspector: in})
	if err != nil {
		t.Fatal(err)
	}
	access := session.NewHandle(session.Access).Reveal()
	for _, text := range []string{
		"", "x", "ita_", access[:len(access)-1], access + "0", strings.ToUpper(access), session.NewHandle(session.Refresh).Reveal(),
		session.NewHandle(session.ClientSecret).Reveal(), session.NewHandle(session.Grant).Reveal(), "a.b", "a.b.c.d", strings.Repeat("a", 1<<20),
		strings.Repeat("a", 8<<10) + ".b.c", strings.Repeat(".", 1<<20),
	} {
		if a, err := g.Introspect(t.Context(), session.Present(text)); err != nil || a.Active || in.asked > 0 {
			t.Errorf("Introspect(%.20q) = %+v, %v, want inactive and nobody asked", text, a, err)
		}
	}
}

func TestAnOutageIsAnErrorInAnyMode(t *testing.T) {
	for _, mode := range modes {
		i := guardtest.New(t)
		g, err := guard.Discover(t.Context(), i.Settings(mode, "orders"))
		if err != nil {
			t.Fatal(err)
		}
		i.Down(true)
		for _, token := range []string{i.Handle(guardtest.Grant{Audience: "orders"}), i.JWT(guardtest.Grant{Audience: "orders"})} {
			a, err := g.Introspect(t.Context(), session.Present(token))
			if !errors.Is(err, session.ErrUnavailable) || a != (introspect.Answer{}) {
				t.Errorf("mode %s: Introspect = %+v, %v, want ErrUnavailable", mode, a, err)
			}
		}
	}
}
