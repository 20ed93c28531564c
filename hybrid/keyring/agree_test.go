package keyring_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/hybrid/keyring/keyringtest"
)

func TestTwoProcessesAgreeOnOneKey(t *testing.T) {
	for round := range 20 {
		store := &keyringtest.Memory{}
		rings := make([]*keyring.Ring, 8)
		var wg sync.WaitGroup
		for i := range rings {
			rings[i] = ring(t, store, keyring.Policy{})
			wg.Go(func() {
				if err := rings[i].Refresh(t.Context(), start.Add(time.Duration(i)*time.Second)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		later := start.Add(time.Minute)
		for i := range rings {
			if got, want := signer(t, rings[i], later), signer(t, rings[0], later); got != want {
				t.Fatalf("round %d: process %d signs with %s, the first with %s", round, i, got, want)
			}
		}
	}
}

func TestOfTwoRotationsAtOnceOneHappens(t *testing.T) {
	for _, atOnce := range []bool{false, true} {
		store := &keyringtest.Memory{}
		refreshed(t, store, keyring.Policy{}, start)
		var wg sync.WaitGroup
		rings := make([]*keyring.Ring, 6)
		for i := range rings {
			rings[i] = refreshed(t, store, keyring.Policy{}, start)
		}
		gate := make(chan struct{})
		racing := &gated{Memory: store, open: gate, wait: len(rings)}
		for i := range rings {
			rings[i] = ring(t, racing, keyring.Policy{})
			wg.Go(func() {
				if err := rings[i].Rotate(t.Context(), start.Add(time.Hour), atOnce); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		keys, _, _ := store.Load(t.Context())
		if len(keys) != 2 {
			t.Errorf("at once %v: %d keys after six rotations at once, want 2", atOnce, len(keys))
		}
	}
}

// gated lets the first Loads of everybody pass only together, so that all of them hold the same version.
type gated struct {
	*keyringtest.Memory
	mu   sync.Mutex
	open chan struct{}
	wait int
}

func (g *gated) Load(ctx context.Context) ([]keyring.Record, uint64, error) {
	keys, version, err := g.Memory.Load(ctx)
	g.mu.Lock()
	if g.wait--; g.wait == 0 {
		close(g.open)
	}
	g.mu.Unlock()
	<-g.open
	return keys, version, err
}

// TestWhateverHappensTokensInFlightVerify lets two processes rotate at random and read late: a token verifies against the set that a
// service fetched from either of them within the last five minutes, for as long as the token lives.
func TestWhateverHappensTokensInFlightVerify(t *testing.T) {
	policy := keyring.Policy{Lead: 12 * time.Minute, TokenLife: 5 * time.Minute, Margin: 20 * time.Minute, Period: 2 * time.Hour}
	const readLate = 5 * time.Minute
	type signed struct {
		kid  string
		dead time.Time
	}
	rapid.Check(t, func(t *rapid.T) {
		store := &keyringtest.Memory{}
		rings := []*keyring.Ring{ring(t, store, policy), ring(t, store, policy)}
		at := start
		read := []time.Time{at, at}
		refresh := func(i int) {
			if err := rings[i].Refresh(t.Context(), at); err != nil {
				t.Fatal(err)
			}
			read[i] = at
		}
		refresh(0)
		refresh(1)
		set, fetched := rings[1].Public(at), at
		var alive []signed
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(1, 120).Draw(t, "seconds")) * time.Second)
			for i := range rings {
				if at.Sub(read[i]) > readLate-2*time.Minute {
					refresh(i)
				}
			}
			who := rapid.IntRange(0, 1).Draw(t, "who")
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				if err := rings[who].Rotate(t.Context(), at, false); err != nil {
					t.Fatal(err)
				}
			case 1:
				refresh(who)
			default:
				text, err := rings[who].Sign(nil, "at+jwt", []byte("{}"), at)
				if err != nil {
					t.Fatal(err)
				}
				j, err := jwks.ParseJWS(string(text))
				if err != nil {
					t.Fatal(err)
				}
				alive = append(alive, signed{j.KeyID, at.Add(policy.TokenLife)})
			}
			if at.Sub(fetched) > readLate-2*time.Minute {
				set, fetched = rings[1-who].Public(at), at
			}
			for _, s := range alive {
				if _, ok := set.Key(s.kid); !ok && at.Before(s.dead) {
					t.Fatalf("at %v: a token of %s lives until %v and the set of %v does not have its key", at.Sub(start), s.kid, s.dead.Sub(start), fetched.Sub(start))
				}
			}
		}
	})
}
