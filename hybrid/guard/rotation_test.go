package guard_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

// Three services verify while the issuer rotates twice and revokes a key. No good token is refused at any time; after the set was fetched
// anew, none of the revoked key's gets in.
func TestRotationUnderLoad(t *testing.T) {
	const floor, refresh = 20 * time.Millisecond, 100 * time.Millisecond
	i := guardtest.New(t)
	guards, sources := make([]*guard.Guard, 3), make([]*jwks.Source, 3)
	for n := range guards {
		var err error
		sources[n], err = jwks.NewSource(jwks.Config{URL: i.URL + "/.well-known/jwks.json", Floor: floor, Refresh: refresh})
		if err != nil {
			t.Fatal(err)
		}
		cfg := i.Config(guard.JWT, "orders")
		cfg.Keys = sources[n]
		if guards[n], err = guard.New(cfg); err != nil {
			t.Fatal(err)
		}
	}
	var (
		mu      sync.Mutex
		tokens  []string // good ones
		refused atomic.Int64
		asked   atomic.Int64
		stop    = make(chan struct{})
		running sync.WaitGroup
	)
	issue := func(n int) (issued []string) {
		for range n {
			issued = append(issued, i.JWT(guardtest.Grant{Audience: "orders"}))
		}
		mu.Lock()
		defer mu.Unlock()
		tokens = append(tokens, issued...)
		return issued
	}
	of := map[string][]string{i.KeyID(): issue(20)}
	for n, g := range guards {
		for range 2 {
			running.Go(func() {
				for at := n; ; at++ {
					select {
					case <-stop:
						return
					default:
					}
					mu.Lock()
					token := tokens[at%len(tokens)]
					mu.Unlock()
					a, err := g.Introspect(t.Context(), session.Present(token))
					mu.Lock()
					still := len(tokens) > 0 && contains(tokens, token) // not taken out meanwhile
					mu.Unlock()
					if asked.Add(1); still && (err != nil || !a.Active) {
						if refused.Add(1) < 5 {
							t.Errorf("a good token is refused: %+v, %v", a.Active, err)
						}
					}
				}
			})
		}
	}
	rotate := func() string {
		id := i.Rotate()
		// What signs only after it was published for longer than a set is kept is known to everybody by then.
		time.Sleep(refresh + floor)
		for _, s := range sources {
			known(t, s, id) // unless the machine stood still while it was fetched
		}
		of[id] = issue(20)
		time.Sleep(50 * time.Millisecond)
		return id
	}
	first := i.KeyID()
	second := rotate()
	third := rotate()

	mu.Lock()
	bad := of[second]
	tokens = append(append([]string(nil), of[first]...), of[third]...)
	mu.Unlock()
	i.RevokeKey(second)
	for _, g := range guards {
		fetchedAnew(t, g, bad[0], of[third][0])
	}
	for _, g := range guards {
		for _, token := range bad {
			want(t, g, token, false, "the revoked key's token")
		}
		for _, token := range append(of[first], of[third]...) {
			want(t, g, token, true, "another key's token")
		}
	}
	for until := time.Now().Add(time.Minute); asked.Load() < 1000 && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
	close(stop)
	running.Wait()
	if asked.Load() < 1000 {
		t.Errorf("only %d questions: that is no load", asked.Load())
	}
}

// known returns when a source has a key.
func known(t *testing.T, s *jwks.Source, id string) {
	t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(time.Millisecond) {
		if _, ok, err := s.Find(t.Context(), id, time.Now()); ok && err == nil {
			return
		}
	}
	t.Fatal("a published key is not known for a minute after")
}

// fetchedAnew returns when a guard has a set without a key. Whoever asks, about any token, has a set fetched that has grown old.
func fetchedAnew(t *testing.T, g *guard.Guard, bad, good string) {
	t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		want(t, g, good, true, "a good token")
		if a, err := g.Introspect(t.Context(), session.Present(bad)); err == nil && !a.Active {
			return
		}
	}
	t.Fatal("a revoked key's token is accepted for a minute after")
}

func contains(tokens []string, token string) bool {
	for _, t := range tokens {
		if t == token {
			return true
		}
	}
	return false
}
