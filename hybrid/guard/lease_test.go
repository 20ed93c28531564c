package guard_test

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// words is an introspector that says one thing.
type words struct {
	introspect.Answer
	asked int
}

func (w *words) Introspect(context.Context, session.Handle) (introspect.Answer, error) {
	w.asked++
	return w.Answer, nil
}

func TestWhatAGuardDoesThatHearsNothingIsItsOwnersChoice(t *testing.T) {
	a := attacker{guardtest.New(t), t}
	token := a.saying(map[string]any{"asof": 0})
	for _, c := range []struct {
		stale   guard.Stale
		says    introspect.Answer // the introspector
		active  bool
		err     error
		counted uint64
		asked   int
	}{
		{stale: guard.StaleReject, err: session.ErrUnavailable, counted: 1},
		{stale: guard.StaleAcceptUntilExp, active: true, counted: 1},
		{stale: "", says: introspect.Answer{}, counted: 1, asked: 1},
		{stale: guard.StaleIntrospect, says: introspect.Answer{Active: true, Issuer: a.URL, Audience: "orders", TokenType: "Bearer"}, active: true, counted: 1, asked: 1},
	} {
		store := &ledger{}
		node := follower(t, store)
		says := &words{Answer: c.says}
		cfg := a.Config(guard.JWTLease, "orders")
		cfg.Fence, cfg.Stale, cfg.Introspector = node, c.stale, says
		g, err := guard.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			want(t, g, token, true, string(c.stale)+", while it hears")
		}
		if n := g.StaleAnswers(); n != 0 || says.asked != 0 {
			t.Errorf("%q: %d stale answers, %d questions while it hears", c.stale, n, says.asked)
		}
		if s := g.Stats(); s.StaleAnswers != 0 || s.Lease <= 0 {
			t.Errorf("%q: Stats while it hears = %+v, want a lease", c.stale, s)
		}
		store.fail(errors.New("cut off"))
		store.outlive()
		answer, err := g.Introspect(t.Context(), session.Present(token))
		if !errors.Is(err, c.err) || answer.Active != c.active {
			t.Errorf("%q: Introspect = active %v, %v; want %v, %v", c.stale, answer.Active, err, c.active, c.err)
		}
		if n := g.StaleAnswers(); n != c.counted || says.asked != c.asked {
			t.Errorf("%q: %d stale answers, %d questions; want %d and %d", c.stale, n, says.asked, c.counted, c.asked)
		}
		rule := cmp.Or(c.stale, guard.StaleIntrospect)
		if s := g.Stats(); s.StaleAnswers != c.counted || s.StaleRule != rule || s.Lease != 0 || s.Mode != guard.JWTLease {
			t.Errorf("%q: Stats = %+v, want rule %s, %d answers and no lease", c.stale, s, rule, c.counted)
		}
	}
}

// What a guard knows to be taken back it refuses also while it hears nothing, whatever its rule.
func TestAcceptUntilExpRevivesNothingThatIsKnownToBeTakenBack(t *testing.T) {
	a := attacker{guardtest.New(t), t}
	store := &ledger{}
	node := follower(t, store)
	cfg := a.Config(guard.JWTLease, "orders")
	cfg.Fence, cfg.Stale = node, guard.StaleAcceptUntilExp
	g, err := guard.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	known := a.saying(map[string]any{"sub": "alice", "asof": 0})
	unseen := a.saying(map[string]any{"sub": "alice", "asof": 0})
	other := a.saying(map[string]any{"sub": "bob", "asof": 0})
	want(t, g, known, true, "before")
	if err := node.Settle(t.Context(), store.revoke(session.BySubject("alice"))); err != nil {
		t.Fatal(err)
	}
	store.fail(errors.New("cut off"))
	store.outlive()
	for range 2 {
		want(t, g, known, false, "remembered, taken back")
		want(t, g, unseen, false, "not seen before, taken back")
		want(t, g, other, true, "another subject's")
	}
}

// A token whose asof counts in another log says nothing about what was taken back in this one: neither yes nor no.
func TestATokenOfAnotherLogIsNotJudgedByThisOne(t *testing.T) {
	a := attacker{guardtest.New(t), t}
	g, store, node := followed(t, a, 100)
	if err := node.Settle(t.Context(), store.revoke(session.BySubject("alice"))); err != nil {
		t.Fatal(err)
	}
	other := a.saying(map[string]any{"sub": "alice", "asof": 0, "log": "log-2"})
	answer, err := g.Introspect(t.Context(), session.Present(other))
	if !errors.Is(err, session.ErrUnavailable) || answer.Active {
		t.Errorf("Introspect = active %v, %v; want ErrUnavailable", answer.Active, err)
	}
}

func TestALeaseThatWouldPromiseNothingIsRefused(t *testing.T) {
	i := guardtest.New(t)
	node := follower(t, &ledger{})
	for name, c := range map[string]struct {
		change func(*guard.Config)
		words  string
	}{
		"no fence":                         {func(c *guard.Config) { c.Fence = nil }, "fence"},
		"nobody to ask":                    {func(c *guard.Config) { c.Introspector = nil }, "introspector"},
		"a rule that is none":              {func(c *guard.Config) { c.Stale = "accept" }, "accept-until-exp"},
		"a fence in mode jwt":              {func(c *guard.Config) { c.Mode = guard.JWT }, "fence"},
		"a stale rule in mode introspect":  {func(c *guard.Config) { *c = i.Config(guard.Introspect, "orders"); c.Stale = guard.StaleReject }, "stale"},
		"a fence in the mode that repeats": {func(c *guard.Config) { *c = i.Config(guard.TTLCache, "orders"); c.Fence = node }, "fence"},
	} {
		cfg := i.Config(guard.JWTLease, "orders")
		cfg.Fence = node
		c.change(&cfg)
		if _, err := guard.New(cfg); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: New = %v, want words about %s", name, err, c.words)
		}
	}
}

var _ guard.Fence = (*revocation.Subscriber)(nil)
