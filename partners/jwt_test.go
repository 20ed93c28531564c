package partners_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client/tokenexchange"
)

var algorithms = []string{"EdDSA", "ES256", "RS256"}

// everyVerifier runs a rule for each library and each algorithm, against a daemon of its own.
func everyVerifier(t *testing.T, rule func(*testing.T, *api)) {
	for name, newVerifier := range verifiers {
		for _, alg := range algorithms {
			t.Run(name+"/"+alg, func(t *testing.T) {
				t.Parallel()                                                           // most of it is waiting until a daemon has heard of a command
				d := start(t, &http.Client{}, "--signing-alg", alg, "--jwt-ttl", "5m") // that none expires on a slow machine
				x, _ := exchanger(t, d)
				rule(t, &api{d, newVerifier(t, d, alg), x, alg})
			})
		}
	}
}

// api is the one called orders, behind a gateway.
type api struct {
	*daemon
	verifier verifier
	gateway  tokenexchange.TokenExchanger
	alg      string
}

func (a *api) accepts(t *testing.T, what, token string) {
	t.Helper()
	claims, err := a.verifier.verify(t, token, "orders")
	if err != nil {
		t.Errorf("%s is refused: %v", what, err)
		return
	}
	for name, want := range map[string]string{"iss": a.issuer, "sub": "alice", "client_id": "web", "scope": "orders:read orders:write"} {
		if claims[name] != want {
			t.Errorf("%s: claim %s is %v, want %q", what, name, claims[name], want)
		}
	}
}

func (a *api) refuses(t *testing.T, what, token, audience string) {
	t.Helper()
	if claims, err := a.verifier.verify(t, token, audience); err == nil {
		t.Errorf("%s is accepted: %v", what, claims)
	}
}

// ceases is refuses for a library that has just met a new key: go-oidc answers first and puts the set that it fetched away after that.
func (a *api) ceases(t *testing.T, what, token string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := a.verifier.verify(t, token, "orders"); err != nil {
			return
		}
	}
	a.refuses(t, what, token, "orders")
}

func TestOthersVerifyAnInternalJWT(t *testing.T) {
	everyVerifier(t, func(t *testing.T, a *api) {
		token, other := exchanged(t, a.gateway, a.open(t, "orders").Access), exchanged(t, a.gateway, a.open(t, "orders").Access)
		if _, alg, typ := header(t, token); alg != a.alg || typ != "at+jwt" {
			t.Errorf("alg %q, typ %q", alg, typ)
		}
		a.accepts(t, "a token", token)
		a.refuses(t, "a token for another API", token, "billing")

		parts, others := strings.Split(token, "."), strings.Split(other, ".")
		a.refuses(t, "a token with the claims of another", parts[0]+"."+others[1]+"."+parts[2], "orders")
		a.refuses(t, "a token without signature", parts[0]+"."+parts[1]+".", "orders")
		a.refuses(t, "an answer of introspection", a.signedAnswer(t, a.open(t, "orders").Access), "orders-api")
	})
}

func TestOthersRefuseWhatARevokedKeyHasSigned(t *testing.T) {
	everyVerifier(t, func(t *testing.T, a *api) {
		kept, session := a.open(t, "orders"), a.open(t, "orders")
		first := exchanged(t, a.gateway, kept.Access)
		firstKey, _, _ := header(t, first)
		a.accepts(t, "a token", first)

		secondKey := a.change(t, "key", "rotate", "--now", "--signing-alg", a.alg)
		second := exchanged(t, a.gateway, session.Access)
		a.signedBy(t, second, secondKey)
		a.accepts(t, "a token of the new key", second)
		a.accepts(t, "a token of the key before", first)

		thirdKey := a.change(t, "key", "revoke", "--signing-alg", a.alg, "--", secondKey) // "--": one key id in 64 begins with "-"
		third := exchanged(t, a.gateway, session.Access)                                  // the same exchange, whose JWT would otherwise be given again
		a.signedBy(t, third, thirdKey)
		a.accepts(t, "a token of the key that took over", third)
		a.ceases(t, "a token of the revoked key", second)

		// One that has ceased to sign. What no longer signs is not replaced, so a rotation is what the libraries get to see.
		a.run(t, "key", "revoke", "--signing-alg", a.alg, "--", firstKey)
		fourthKey := a.change(t, "key", "rotate", "--now", "--signing-alg", a.alg)
		fourth := exchanged(t, a.gateway, kept.Access)
		a.signedBy(t, fourth, fourthKey)
		a.accepts(t, "a token of the last key", fourth)
		a.accepts(t, "a token of the key before", third)
		a.ceases(t, "a token of the first key", first)
		if keys := a.published(t); slices.Contains(keys, firstKey) || slices.Contains(keys, secondKey) {
			t.Errorf("a revoked key is in the set: %q", keys)
		}
	})
}

// change has a new key sign, and returns its id when the daemon signs with it.
func (a *api) change(t *testing.T, command ...string) string {
	t.Helper()
	before := a.published(t)
	a.run(t, command...)
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		keys := a.published(t)
		if slices.Contains(before, keys[0]) {
			continue // a revoked key leaves the set before the new one is in it
		}
		if err := a.verifier.refetch(t.Context()); err != nil {
			t.Fatalf("refetch: %v", err)
		}
		return keys[0]
	}
	t.Fatalf("introspectd %s: the daemon still signs with the same key", strings.Join(command, " "))
	return ""
}

func (a *api) signedBy(t *testing.T, token, key string) {
	t.Helper()
	if kid, alg, _ := header(t, token); kid != key || alg != a.alg {
		t.Errorf("signed by %s key %s, want %s key %s", alg, kid, a.alg, key)
	}
}
