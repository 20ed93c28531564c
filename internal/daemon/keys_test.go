package daemon

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/hybrid/keyring/keyringtest"
	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/serverkey"
	"github.com/introspectd/introspectd/session"
)

// nodes are two processes on one list of keys.
func nodes(t *testing.T) (store *counted, a, b *signingKeys) {
	t.Helper()
	store = &counted{}
	server, s := serverkey.New(), config.Defaults()
	var both [2]*signingKeys
	for i := range both {
		ring, err := SigningKeys(s, server, store)
		if err != nil {
			t.Fatal(err)
		}
		both[i] = newSigningKeys(ring, func(string) {}, func(error) {})
		if err := both[i].refresh(t.Context(), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	return store, both[0], both[1]
}

type counted struct {
	keyringtest.Memory
	mu    sync.Mutex
	loads int // guarded by mu
}

func (c *counted) Load(ctx context.Context) ([]keyring.Record, uint64, error) {
	c.mu.Lock()
	c.loads++
	c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, 0, errors.Join(session.ErrUnavailable, err)
	}
	return c.Memory.Load(ctx)
}

func TestAKeyThatAnotherProcessHasJustMadeIsKnownWhenItIsAskedFor(t *testing.T) {
	_, a, b := nodes(t)
	if err := a.Rotate(t.Context(), time.Now(), true); err != nil {
		t.Fatal(err)
	}
	keys := a.List(time.Now())
	fresh := keys[len(keys)-1].ID
	if _, ok, err := b.Find(t.Context(), fresh, time.Now()); !ok || err != nil {
		t.Errorf("Find = %v, %v, want the key", ok, err)
	}
	if _, ok, err := b.Find(t.Context(), "nobody's", time.Now()); ok || err != nil {
		t.Errorf("Find of an unknown key = %v, %v, want no", ok, err)
	}
}

func TestManyUnknownKeysAtOnceCostFewReadings(t *testing.T) {
	store, a, _ := nodes(t)
	store.mu.Lock()
	before := store.loads
	store.mu.Unlock()
	const askers = 200
	var asking sync.WaitGroup
	gate := make(chan struct{})
	for range askers {
		asking.Go(func() {
			<-gate
			if _, ok, err := a.Find(t.Context(), "nobody's", time.Now()); ok || err != nil {
				t.Errorf("Find = %v, %v", ok, err)
			}
		})
	}
	a.mu.Lock() // a reading is under way: all who come now wait for the next
	close(gate)
	time.Sleep(50 * time.Millisecond)
	a.mu.Unlock()
	asking.Wait()
	if n := store.loads - before; n > askers/4 {
		t.Errorf("%d questions cost %d readings", askers, n)
	}
}

func TestWhoHangsUpDoesNotMakeTheKeysFail(t *testing.T) {
	_, a, _ := nodes(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok, err := a.Find(ctx, "nobody's", time.Now()); ok || err != nil {
		t.Errorf("Find = %v, %v", ok, err)
	}
	if err := a.Check(t.Context()); err != nil {
		t.Errorf("Check = %v", err)
	}
}

func TestKeysThatCannotBeReadAreNotReadyAndNoAnswer(t *testing.T) {
	store, a, _ := nodes(t)
	store.Unplug(true)
	if _, ok, err := a.Find(t.Context(), "nobody's", time.Now()); ok || !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Find = %v, %v, want ErrUnavailable", ok, err)
	}
	if err := a.Check(t.Context()); err == nil {
		t.Error("Check = nil without a store")
	}
	store.Unplug(false)
	if err := a.refresh(t.Context(), time.Now()); err != nil || a.Check(t.Context()) != nil {
		t.Errorf("refresh = %v, Check = %v, want both well again", err, a.Check(t.Context()))
	}
}
