package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
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
		both[i] = newSigningKeys(ring, func(string) {}, func(string) bool { return false }, func(error) {})
		if err := both[i].refresh(t.Context(), time.Time{}, 0); err != nil {
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

func (c *counted) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.loads
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
	before := store.count()
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
	a.turn <- struct{}{} // a reading is under way: all who come now wait for the next
	close(gate)
	time.Sleep(50 * time.Millisecond)
	<-a.turn
	asking.Wait()
	if n := store.count() - before; n > askers/4 {
		t.Errorf("%d questions cost %d readings", askers, n)
	}
}

// Anybody can make up the ids of keys. One after the other or at once, they cost ten readings a second at most; and nobody is told no by a
// list that is older than his question.
func TestAFloodOfUnknownKeysCostsAFewReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, a, b := nodes(t)
		time.Sleep(time.Minute)
		before, begun := store.count(), time.Now()
		var asking sync.WaitGroup
		for range 20 {
			asking.Go(func() {
				for range 50 {
					if _, ok, err := a.Find(t.Context(), rand.Text(), time.Now()); ok || err != nil {
						t.Errorf("Find = %v, %v", ok, err)
					}
				}
			})
		}
		asking.Wait()
		took := time.Since(begun)
		if n, most := store.count()-before, 1+int(took/readApart); n > most || n < 50 || took > 6*time.Second {
			t.Errorf("1000 unknown keys by 20 askers cost %d readings in %v, want up to %d, one for all that wait", n, took, most)
		}
		if err := b.Rotate(t.Context(), time.Now(), true); err != nil {
			t.Fatal(err)
		}
		keys := b.List(time.Now())
		if _, ok, err := a.Find(t.Context(), keys[len(keys)-1].ID, time.Now()); !ok || err != nil {
			t.Errorf("in the midst of it, a key that another process has just made: %v, %v, want the key", ok, err)
		}
		before = store.count()
		for range 1000 {
			if _, ok, err := a.Find(t.Context(), keys[0].ID, time.Now()); !ok || err != nil {
				t.Fatalf("Find of a known key = %v, %v", ok, err)
			}
		}
		if n := store.count() - before; n != 0 {
			t.Errorf("known keys cost %d readings", n)
		}
	})
}

func TestUnknownKeysCostFewTriesWhenTheStoreIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, a, _ := nodes(t)
		time.Sleep(time.Minute)
		store.Unplug(true)
		before := store.count()
		var asking sync.WaitGroup
		for range 1000 {
			asking.Go(func() {
				if _, ok, err := a.Find(t.Context(), rand.Text(), time.Now()); ok || !errors.Is(err, session.ErrUnavailable) {
					t.Errorf("Find = %v, %v, want ErrUnavailable", ok, err)
				}
			})
		}
		asking.Wait()
		if n := store.count() - before; n > 2 {
			t.Errorf("%d tries, want two at most", n)
		}
	})
}

// A key may have been revoked since, and the log of takings-back forgets that it was.
func TestAListThatWasNotReadForLongKnowsNoKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, a, _ := nodes(t)
		id := a.List(time.Now())[0].ID
		store.Unplug(true)
		for _, c := range []struct {
			later time.Duration
			known bool
		}{{4 * time.Minute, true}, {6 * time.Minute, false}} {
			at := time.Now().Add(c.later)
			_, ok, err := a.Find(t.Context(), id, at)
			if ok != c.known || c.known != (err == nil) || err != nil && !errors.Is(err, session.ErrUnavailable) {
				t.Errorf("after %v: Find = %v, %v, want known %v", c.later, ok, err, c.known)
			}
			if n := a.Public(at).Len(); (n > 0) != c.known {
				t.Errorf("after %v: %d keys are public", c.later, n)
			}
		}
	})
}

func TestAListThatIsTooOldIsReadAsSoonAsSomebodyNeedsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, a, _ := nodes(t)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = a.Run(ctx) })
		defer func() { stop(); running.Wait() }()
		wall := time.Now().Add(time.Hour) // as after the machine slept: no timer has run meanwhile
		for what, need := range map[string]func() bool{
			"sign":    func() bool { _, err := a.Sign(nil, "at+jwt", nil, wall); return errors.Is(err, session.ErrUnavailable) },
			"publish": func() bool { set := a.Public(wall); return set.Len() == 0 },
		} {
			before := store.count()
			if !need() {
				t.Errorf("%s: done by a list of an hour ago", what)
			}
			time.Sleep(2 * readApart)
			if store.count() == before {
				t.Errorf("%s: the list was not read", what)
			}
		}
	})
}

func TestWhoHangsUpDoesNotMakeTheKeysFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, _ := nodes(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, ok, err := a.Find(ctx, "nobody's", time.Now()); ok || !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("Find = %v, %v, want ErrUnavailable: there was a reading just now, and nobody waits for the next", ok, err)
		}
		time.Sleep(readApart)
		if _, ok, err := a.Find(ctx, "nobody's", time.Now()); ok || err != nil {
			t.Errorf("Find = %v, %v", ok, err)
		}
		if err := a.Check(t.Context()); err != nil {
			t.Errorf("Check = %v", err)
		}
	})
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
	if err := a.refresh(t.Context(), time.Now(), 0); err != nil || a.Check(t.Context()) != nil {
		t.Errorf("refresh = %v, Check = %v, want both well again", err, a.Check(t.Context()))
	}
}

func TestAKeyWhoseRevocationWasHeardOfSignsNoMore(t *testing.T) {
	for name, gone := range map[string]bool{"the list says so too": true, "the list still has it": false} {
		t.Run(name, func(t *testing.T) {
			_, a, b := nodes(t)
			before := b.Signing(time.Now())
			b.revoked = func(id string) bool { return id == before }
			if gone {
				if _, err := a.Revoke(t.Context(), before, time.Now()); err != nil {
					t.Fatal(err)
				}
			}
			_, err := b.Sign(nil, "at+jwt", []byte("{}"), time.Now())
			if gone && (err != nil || b.Signing(time.Now()) == before) {
				t.Errorf("Sign: %v; key %s, before %s", err, b.Signing(time.Now()), before)
			}
			if !gone && !errors.Is(err, session.ErrUnavailable) {
				t.Errorf("Sign: %v, want that it cannot sign now", err)
			}
		})
	}
}

// between does something after the key file was looked for, and before the list of keys is read.
type between struct {
	keyring.Store
	do func()
}

func (b between) Load(ctx context.Context) ([]keyring.Record, uint64, error) {
	b.do()
	return b.Store.Load(ctx)
}

func TestBesideSealedKeysNoServerKeyIsMade(t *testing.T) {
	s := settings(t)
	path, err := s.KeyPath()
	if err != nil {
		t.Fatal(err)
	}
	store := &keyringtest.Memory{}
	_, made, err := ServerKeys(t.Context(), s, store)
	if err != nil || made != path {
		t.Fatalf("at first: made %q, %v, want %s", made, err, path)
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := store.Save(t.Context(), 0, []keyring.Record{{ID: "a"}}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, made, err = ServerKeys(t.Context(), s, store); err == nil || made != "" || !strings.Contains(err.Error(), path) {
		t.Errorf("without the file: made %q, %v, want an error that names %s", made, err, path)
	}
	store.Unplug(true)
	if _, made, err = ServerKeys(t.Context(), s, store); !errors.Is(err, session.ErrUnavailable) || made != "" {
		t.Errorf("without the list: made %q, %v, want ErrUnavailable", made, err)
	}
	store.Unplug(false)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("a file was made: %v", err)
	}

	other := between{store, func() { // it starts for the first time too, and is faster
		if err := os.WriteFile(path, kept, 0o600); err != nil {
			t.Error(err)
		}
	}}
	if _, made, err = ServerKeys(t.Context(), s, other); err != nil || made != "" {
		t.Errorf("with the file of another process: made %q, %v", made, err)
	}
}

// The list still has the key, as in the moment between hearing of the revocation and reading the list without it.
func TestADaemonDoesNotSignWithAKeyThatItsLogTakesBack(t *testing.T) {
	d, err := New(t.Context(), Config{Settings: settings(t), Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	err = d.Run(ctx, func() {
		defer stop()
		sign := func() error {
			_, err := d.signing.Sign(nil, "at+jwt", []byte("{}"), time.Now())
			return err
		}
		if err := sign(); err != nil {
			t.Errorf("before: %v", err)
			return
		}
		done, err := d.store.Revoke(ctx, session.ByKey(d.signing.Signing(time.Now())), time.Now())
		if err == nil {
			err = d.node.Settle(ctx, done.Seq)
		}
		if err != nil {
			t.Error(err)
			return
		}
		if err := sign(); !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("after: %v, want that it cannot sign now", err)
		}
	})
	if err != nil {
		t.Errorf("Run = %v", err)
	}
}
