package sqlstore

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

// onBoth runs a test on both engines.
func onBoth(t *testing.T, test func(t *testing.T, s *Store, blob func(hex string) string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, openTest(t), func(hex string) string { return "x'" + hex + "'" }) })
	t.Run("PostgreSQL", func(t *testing.T) {
		s := openAt(t, Config{DSN: pgtest.Database(t), Migrate: true})
		test(t, s, func(hex string) string { return `'\x` + hex + `'` })
	})
}

func TestADamagedRowIsNobodyElsesError(t *testing.T) {
	for _, damage := range []string{
		`UPDATE tokens SET id = %[1]s WHERE digest = %[2]s AND 'a' <> '%[3]s'`, // cannot be read
		`UPDATE sessions AS s SET subject = '' WHERE EXISTS (SELECT 1 FROM tokens t WHERE %[3]s AND t.digest = %[2]s) AND %[1]s = %[1]s`,
	} {
		onBoth(t, func(t *testing.T, s *Store, blob func(string) string) {
			var ds []session.Digest
			for i := range 20 {
				o := testOpening(fmt.Sprint("subject ", i))
				if err := s.Open(t.Context(), o); err != nil {
					t.Fatal(err)
				}
				ds = append(ds, o.Access.Digest)
			}
			const damaged, never, alike = 7, 3, 4
			if _, err := exec(s.write.db, fmt.Sprintf(damage, blob("0102"), blob(fmt.Sprintf("%x", ds[damaged][:])), s.engine.layout().joined)); err != nil {
				t.Fatal(err)
			}
			ds[never][0] ^= 1
			ds[alike][len(ds[alike])-1] ^= 1 // begins as a token's that is there
			for range 3 {                    // the connection is in order afterwards
				for i, l := range s.LookupEach(t.Context(), ds) {
					switch {
					case i == damaged:
						wantUnavailable(t, s, damage, l.Err, "look up token")
						if l.Finding != (session.Finding{}) {
							t.Errorf("an error came with %+v", l.Finding)
						}
					case l.Err != nil || l.Finding.Known != (i != never && i != alike) || l.Finding.Known && l.Finding.Token.Digest != ds[i]:
						t.Errorf("beside a damaged row: %+v", l)
					}
				}
			}
		})
	}
}

func TestWithoutAHeadNothingIsUnknown(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store, _ func(string) string) {
		if _, err := exec(s.write.db, `DELETE FROM head`); err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 2} {
			for _, l := range s.LookupEach(t.Context(), make([]session.Digest, n)) {
				wantUnavailable(t, s, fmt.Sprint(n, " at once"), l.Err, "look up token")
			}
		}
	})
}

// SQLite removes its log when the last connection has closed the file, which it does not while a statement is open.
func TestClosingLeavesNoReaderBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s, err := Open(t.Context(), Config{DSN: path, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				for _, l := range s.LookupEach(t.Context(), make([]session.Digest, 3)) {
					if l.Err != nil {
						t.Error(l.Err)
					}
				}
			}
		})
	}
	all.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !os.IsNotExist(err) {
		t.Errorf("the log is still there: %v", err)
	}
}

// A transaction that was left open would read the same snapshot for ever.
func TestLookUpsTogetherLeaveNoTransactionOpen(t *testing.T) {
	s := openTest(t)
	o := testOpening("ann")
	if err := s.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	ds := []session.Digest{o.Access.Digest, o.Refresh.Digest}
	for i := range 10 {
		next := testOpening(fmt.Sprint("subject ", i))
		for _, d := range append(ds, next.Access.Digest) {
			if l := s.LookupEach(t.Context(), []session.Digest{d, d}); l[0].Err != nil || l[0].Finding.Known != (d != next.Access.Digest) {
				t.Errorf("%+v", l[0])
			}
		}
		if err := s.Open(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		ds = append(ds, next.Access.Digest)
	}
}
