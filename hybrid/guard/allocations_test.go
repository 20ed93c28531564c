package guard_test

import (
	"testing"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/session"
)

// A verdict that is remembered makes at most one thing for the collector, in each mode in which a guard remembers. In the others it asks over HTTP each time,
// also in introspect-cached, where it is the issuer who remembers.
func TestARememberedVerdictAllocatesAtMostOnce(t *testing.T) {
	const tokens, most = 100, 1
	for _, c := range []struct {
		mode guard.Mode
		made func(t *testing.T) (*guard.Guard, []session.Handle)
	}{
		{guard.JWT, func(t *testing.T) (*guard.Guard, []session.Handle) {
			g, seen, _ := crowd(t, nil, tokens)
			return g, seen
		}},
		{guard.JWTLease, func(t *testing.T) (*guard.Guard, []session.Handle) {
			store := &ledger{}
			node := follower(t, store)
			if err := node.Settle(t.Context(), store.revoke(session.BySession(session.NewID()))); err != nil {
				t.Fatal(err)
			}
			g, seen, _ := crowd(t, node, tokens)
			return g, seen
		}},
		{guard.TTLCache, func(t *testing.T) (*guard.Guard, []session.Handle) {
			issuer := guardtest.New(t)
			seen := make([]session.Handle, tokens)
			for i := range seen {
				seen[i] = session.Present(issuer.Handle(guardtest.Grant{Subject: "alice", Audience: "orders", Scope: "orders.read"}))
			}
			return issuer.Guard(guard.TTLCache, "orders"), seen
		}},
	} {
		t.Run(string(c.mode), func(t *testing.T) {
			g, seen := c.made(t)
			ask := func(token session.Handle) {
				if a, err := g.Introspect(t.Context(), token); err != nil || !a.Active {
					t.Fatal(a, err)
				}
			}
			for _, token := range seen {
				ask(token)
			}
			next := 0
			if got := testing.AllocsPerRun(10*tokens, func() {
				ask(seen[next%tokens])
				next++
			}); got > most {
				t.Errorf("%v allocations for a remembered verdict, want at most %d", got, most)
			} else {
				t.Logf("%v allocations", got)
			}
		})
	}
}
