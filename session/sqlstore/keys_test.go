package sqlstore_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/hybrid/keyring/keyringtest"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore"
)

func TestSigningKeysKeepTheContract(t *testing.T) {
	keyringtest.Run(t, func(t *testing.T) keyring.Store {
		return openAt(t, filepath.Join(t.TempDir(), "test.db")).SigningKeys()
	})
}

func TestAChangeOfSigningKeysIsSeenByWhoFollowsTheLog(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "test.db"))
	version := func() uint64 {
		t.Helper()
		page, err := s.Read(t.Context(), 0, 1)
		if err != nil || page.Head != 0 {
			t.Fatalf("Read = head %d, %v", page.Head, err)
		}
		return page.Registry
	}
	before := version()
	if ok, err := s.SigningKeys().Save(t.Context(), 0, []keyring.Record{{ID: "a", Algorithm: "EdDSA", Sealed: []byte{1}}}); !ok || err != nil {
		t.Fatalf("Save = %v, %v", ok, err)
	}
	after := version()
	if after <= before {
		t.Errorf("registry version went from %d to %d when a key was added", before, after)
	}
	if ok, err := s.SigningKeys().Save(t.Context(), 0, nil); ok || err != nil {
		t.Fatalf("Save at an old version = %v, %v", ok, err)
	}
	if got := version(); got != after {
		t.Errorf("registry version went from %d to %d when nothing was changed", after, got)
	}
}

func TestTheMarkOfASignedTokenIsSweptAfterItsEnd(t *testing.T) {
	s := openWith(t, sqlstore.Config{DSN: filepath.Join(t.TempDir(), "test.db"), Migrate: true})
	at, id := session.Date(1_800_000_000), session.NewID()
	if _, err := s.RevokeSigned(t.Context(), id, at+60, at.Time()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after session.Date
		want  int
	}{{61, 0}, {61 + session.Date(session.SweepGrace.Seconds()), 2}} { // the mark and the entry
		n, err := s.Sweep(t.Context(), (at + c.after).Time(), 100)
		if err != nil || n != c.want {
			t.Errorf("Sweep %d s later = %d, %v, want %d", c.after, n, err, c.want)
		}
	}
}

// late is a process that has read the list before another changes it, and writes afterwards.
type late struct {
	keyring.Store
	read, write func() // after the first Load and before the first Save
}

func (l *late) Load(ctx context.Context) ([]keyring.Record, uint64, error) {
	keys, version, err := l.Store.Load(ctx)
	if read := l.read; read != nil {
		l.read = nil
		read()
	}
	return keys, version, err
}

func (l *late) Save(ctx context.Context, version uint64, keys []keyring.Record) (bool, error) {
	if write := l.write; write != nil {
		l.write = nil
		write()
	}
	return l.Store.Save(ctx, version, keys)
}

func ringOver(t *testing.T, store keyring.Store) *keyring.Ring {
	t.Helper()
	seal, err := keyring.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	r, err := keyring.New(keyring.Config{Store: store, Seal: seal})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Two handles on one database. Both have read the same list; one of them writes, and signs, before the other writes.
func TestTwoProcessesAgreeOnOneSigningKey(t *testing.T) {
	onEach(t, func(t *testing.T, dsn string) {
		slow := &late{Store: openAt(t, dsn).SigningKeys()}
		first, second := ringOver(t, openAt(t, dsn).SigningKeys()), ringOver(t, slow)
		at := time.Unix(1_800_000_000, 0)
		for round, change := range []func(r *keyring.Ring) error{
			func(r *keyring.Ring) error { return r.Refresh(t.Context(), at) }, // the very first key
			func(r *keyring.Ring) error { return r.Rotate(t.Context(), at, true) },
			func(r *keyring.Ring) error { return r.Rotate(t.Context(), at, true) },
		} {
			at = at.Add(time.Minute)
			read, written := make(chan struct{}), make(chan struct{})
			slow.read, slow.write = func() { close(read) }, func() { <-written }
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := change(second); err != nil {
					t.Errorf("round %d: the second: %v", round, err)
				}
			})
			<-read
			err := change(first)
			close(written)
			wg.Wait()
			if err != nil {
				t.Fatalf("round %d: the first: %v", round, err)
			}
			at = at.Add(time.Second)
			if one, other := first.Signing(at), second.Signing(at); one == "" || one != other {
				t.Fatalf("round %d: one signs with %q, the other with %q", round, one, other)
			}
			if keys := second.List(at); len(keys) != round+1 {
				t.Fatalf("round %d: %d keys, want %d", round, len(keys), round+1)
			}
			wantBelieved(t, first, second, at)
			wantBelieved(t, second, first, at)
		}
	})
}

// wantBelieved wants what one process signs to be signed by a key that the other publishes.
func wantBelieved(t *testing.T, by, to *keyring.Ring, at time.Time) {
	t.Helper()
	text, err := by.Sign(nil, "at+jwt", []byte("{}"), at)
	if err != nil {
		t.Fatal(err)
	}
	j, err := jwks.ParseJWS(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if key, ok := to.Public(at).Key(j.KeyID); !ok || !j.SignedBy(&key) {
		t.Errorf("what one signed with %s is nothing to the other", j.KeyID)
	}
}
