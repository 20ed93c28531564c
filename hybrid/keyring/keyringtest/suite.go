package keyringtest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
)

// Run holds a store against the contract of keyring.Store. open makes an empty one.
func Run(t *testing.T, open func(t *testing.T) keyring.Store) {
	t.Run("an empty store has version 0", func(t *testing.T) {
		expect(t, open(t), nil, 0)
	})
	t.Run("what was saved is loaded", func(t *testing.T) {
		s := open(t)
		keys := []keyring.Record{record("a", 1), record("b", 2)}
		version := save(t, s, 0, keys)
		expect(t, s, keys, version)
		version = save(t, s, version, keys[1:])
		expect(t, s, keys[1:], version)
		version = save(t, s, version, nil)
		expect(t, s, nil, version)
	})
	t.Run("another version changes nothing", func(t *testing.T) {
		s := open(t)
		keys := []keyring.Record{record("a", 1)}
		version := save(t, s, 0, keys)
		for _, wrong := range []uint64{0, version + 1} {
			if ok, err := s.Save(t.Context(), wrong, []keyring.Record{record("b", 2)}); ok || err != nil {
				t.Errorf("Save at version %d = %v, %v, want false", wrong, ok, err)
			}
		}
		expect(t, s, keys, version)
	})
	t.Run("what is loaded is the caller's own", func(t *testing.T) {
		s := open(t)
		keys := []keyring.Record{record("a", 1)}
		version := save(t, s, 0, keys)
		loaded, _, err := s.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		loaded[0].ID, loaded[0].Sealed[0] = "changed", 0xff
		expect(t, s, []keyring.Record{record("a", 1)}, version)
	})
	t.Run("of many writers at once one wins each round", oneWins(open))
}

func oneWins(open func(t *testing.T) keyring.Store) func(t *testing.T) {
	return func(t *testing.T) {
		s := open(t)
		const rounds, writers = 5, 8
		for round := range rounds {
			_, version, err := s.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var won atomic.Int64
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					ok, err := s.Save(t.Context(), version, []keyring.Record{record(fmt.Sprint(round, w), int64(w))})
					if err != nil {
						t.Errorf("Save: %v", err)
					}
					if ok {
						won.Add(1)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				t.Errorf("round %d: %d writers won, want 1", round, won.Load())
			}
		}
	}
}

func record(id string, n int64) keyring.Record {
	return keyring.Record{ID: id, Algorithm: jwks.ES256, Sealed: []byte{1, 0, 0xff, '\'', byte(n)}, PublishedAt: 1_800_000_000, SignsFrom: 1_800_003_600}
}

func save(t *testing.T, s keyring.Store, version uint64, keys []keyring.Record) uint64 {
	t.Helper()
	if ok, err := s.Save(t.Context(), version, keys); !ok || err != nil {
		t.Fatalf("Save at version %d = %v, %v", version, ok, err)
	}
	_, now, err := s.Load(t.Context())
	if err != nil || now == version {
		t.Fatalf("version after Save = %d, %v, want another than %d", now, err, version)
	}
	return now
}

func expect(t *testing.T, s keyring.Store, want []keyring.Record, version uint64) {
	t.Helper()
	got, now, err := s.Load(t.Context())
	if err != nil || now != version {
		t.Fatalf("Load: version %d, %v, want %d", now, err, version)
	}
	sorted := cmpopts.SortSlices(func(a, b keyring.Record) bool { return a.ID < b.ID })
	if diff := cmp.Diff(want, got, sorted, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("loaded (-want +got):\n%s", diff)
	}
}
