package sqlstore_test

import (
	"path/filepath"
	"testing"

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
