package guard_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
)

// RFC 8693 §4.1: access is decided by the token's own claims. Who acted earlier, and whatever else stands in act, opens nothing.
func TestWhatStandsInActOpensNothing(t *testing.T) {
	const earlier = `{"sub":"admin","scope":"orders.admin","aud":"orders","client_id":"admin","active":true}`
	for _, mode := range []guard.Mode{guard.JWT, guard.JWTLease} {
		a := attacker{guardtest.New(t), t}
		cfg := a.Config(mode, "orders")
		if mode == guard.JWTLease {
			cfg.Fence = follower(t, &ledger{})
		}
		g, err := guard.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for what, act := range map[string]string{
			"an admin behind the client":   `{"sub":"shop","act":` + earlier + `}`,
			"two hops behind":              `{"sub":"shop","act":{"sub":"stock","act":` + earlier + `}}`,
			"scope beside the client":      `{"sub":"shop","scope":"orders.admin","scp":["orders.admin"],"roles":["admin"]}`,
			"the claims of another token":  strings.Replace(earlier, "admin", "shop", 1),
			"an admin who is the last hop": `{"sub":"admin"}`,
		} {
			token := a.Forge(a.header(), strings.TrimSuffix(a.claims(map[string]any{"asof": 0}), "}")+`,"act":`+act+"}")
			for scope, want := range map[string]int{"orders.read": http.StatusOK, "orders.admin": http.StatusForbidden} {
				d := newDoor(g, scope)
				if resp := d.knock(request("Bearer " + token)); resp.StatusCode != want {
					t.Errorf("%s, %s, for %s: %d, want %d", mode, what, scope, resp.StatusCode, want)
				}
			}
		}
		elsewhere := a.Forge(a.header(), strings.TrimSuffix(a.claims(map[string]any{"asof": 0, "aud": "billing"}), "}")+`,"act":`+earlier+"}")
		if resp := newDoor(g, "orders.read").knock(request("Bearer " + elsewhere)); resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s, a token for another API, with ours in act: %d, want 401", mode, resp.StatusCode)
		}
	}
}
