package sqlstore_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sqlstore"
	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

func TestRestartKeepsEverything(t *testing.T) { onEach(t, restartKeepsEverything) }

func restartKeepsEverything(t *testing.T, path string) {
	c := sqlstore.Config{DSN: path, Migrate: true}
	s, err := sqlstore.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddClient(t.Context(), caller.Client{ID: "app", Roles: caller.Service, Audiences: "orders"}); err != nil {
		t.Fatal(err)
	}
	alive, dead := benchOpening(1), benchOpening(2)
	for _, o := range []*session.Opening{alive, dead} {
		if err := s.Open(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Revoke(t.Context(), session.BySubject(dead.Session.Subject), benchStart); err != nil {
		t.Fatal(err)
	}
	log, err := s.Read(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c.Migrate = false
	s = openWith(t, c)
	again, err := s.Read(t.Context(), 0, 10)
	if diff := cmp.Diff(log, again); diff != "" || err != nil {
		t.Errorf("log after a restart: %v (-before +after):\n%s", err, diff)
	}
	for o, revoked := range map[*session.Opening]bool{alive: false, dead: true} {
		found, err := s.Lookup(t.Context(), o.Access.Digest)
		if err != nil || !found.Known || found.Revoked != revoked || found.Token != o.Access {
			t.Errorf("Lookup = %+v, %v; want revoked %v", found, err, revoked)
		}
	}
	if r, err := s.Registry(t.Context()); err != nil || r.Clients["app"] == nil || r.Clients["app"].Audiences != "orders" {
		t.Errorf("Registry = %+v, %v", r, err)
	}
}

// Two stores on one database are two processes.
func TestTwoProcessesSeeEachOther(t *testing.T) { onEach(t, twoProcessesSeeEachOther) }

func twoProcessesSeeEachOther(t *testing.T, path string) {
	a, b := openAt(t, path), openAt(t, path)
	if err := a.AddClient(t.Context(), caller.Client{ID: "app", Roles: caller.Service}); err != nil {
		t.Fatal(err)
	}
	const n = 60
	stores := []*sqlstore.Store{a, b}
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if err := stores[i%2].Open(t.Context(), benchOpening(uint64(i))); err != nil {
				t.Error(err)
				return
			}
			other := stores[(i+1)%2]
			if found, err := other.Lookup(t.Context(), benchDigest(session.Access, uint64(i))); err != nil || !found.Known || found.Revoked {
				t.Errorf("Lookup in the other process = %+v, %v", found, err)
			}
			done, err := other.Revoke(t.Context(), session.BySession(mustFind(t, other, uint64(i)).SessionID), benchStart)
			if err != nil || done.Ended != 1 {
				t.Errorf("Revoke in the other process = %+v, %v", done, err)
			}
			if found, err := stores[i%2].Lookup(t.Context(), benchDigest(session.Refresh, uint64(i))); err != nil || !found.Revoked || found.Head < done.Seq {
				t.Errorf("Lookup after the other process took it back = %+v, %v", found, err)
			}
		})
	}
	all.Wait()
	for _, s := range stores {
		p, err := s.Read(t.Context(), 0, 2*n)
		if err != nil || p.Head != n || len(p.Entries) != n {
			t.Errorf("log: head %d, %d entries, %v; want %d", p.Head, len(p.Entries), err, n)
		}
		for i, e := range p.Entries {
			if e.Seq != session.Seq(i)+1 {
				t.Errorf("entry %d stands where %d belongs", e.Seq, i+1)
			}
		}
	}
}

func mustFind(t *testing.T, s *sqlstore.Store, n uint64) session.Token {
	t.Helper()
	found, err := s.Lookup(t.Context(), benchDigest(session.Access, n))
	if err != nil {
		t.Error(err)
	}
	return found.Token
}

func TestManyProcessesMayStartOnOneFreshDatabase(t *testing.T) { onEach(t, manyProcessesMayStart) }

func manyProcessesMayStart(t *testing.T, path string) {
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			s, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: path, Migrate: true})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	openWith(t, sqlstore.Config{DSN: path})
}

func TestMigrationsAreListedAndApplied(t *testing.T) {
	c := sqlstore.Config{DSN: filepath.Join(t.TempDir(), "test.db")}
	if _, err := sqlstore.Migrations(t.Context(), c); err == nil || !strings.Contains(err.Error(), "there is no database") {
		t.Errorf("Migrations without a file: error %v", err)
	}
	write(t, c.DSN, "", 0o600)
	list, err := sqlstore.Migrations(t.Context(), c)
	if err != nil || len(list) == 0 || list[0].Version != 1 || list[0].Name != "00001_sessions.sql" || list[0].Applied {
		t.Fatalf("Migrations of an empty file = %+v, %v", list, err)
	}
	applied, err := sqlstore.Up(t.Context(), c)
	if err != nil || len(applied) != len(list) {
		t.Errorf("Up = %+v, %v; want all of %+v", applied, err, list)
	}
	if again, err := sqlstore.Up(t.Context(), c); err != nil || len(again) != 0 {
		t.Errorf("Up again = %+v, %v; want nothing to do", again, err)
	}
	list, err = sqlstore.Migrations(t.Context(), c)
	if err != nil || !list[len(list)-1].Applied {
		t.Errorf("Migrations afterwards = %+v, %v", list, err)
	}
	openWith(t, c)
}

func TestClosingLeavesNeitherGoroutinesNorOpenFiles(t *testing.T) {
	dir := t.TempDir()
	openedAndClosed(t, filepath.Join(dir, "test.db"))
	// The last to close a file in WAL mode removes its companions.
	if left := contents(t, dir); len(left) != 1 {
		t.Errorf("after Close there are %d files, want the database alone: something still has it open", len(left))
	}
}

func TestClosingLeavesNeitherGoroutinesNorConnections(t *testing.T) {
	dsn := pgtest.Database(t)
	openedAndClosed(t, dsn)
	conn := raw(t, dsn)
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) { // a server's process ends after its connection
		var left int
		err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IS NOT NULL`).Scan(&left)
		if err == nil && left == 0 {
			return
		}
		if err != nil || time.Now().After(until) {
			t.Fatalf("%d connections are left, %v", left, err)
		}
	}
}

func openedAndClosed(t *testing.T, dsn string) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	s, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: dsn, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddClient(t.Context(), caller.Client{ID: "app", Roles: caller.Service}); err != nil {
		t.Fatal(err)
	}
	if err := s.Open(t.Context(), benchOpening(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lookup(t.Context(), session.Digest{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Registry(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Enrol(t.Context(), "a", time.Second); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Renew(t.Context(), revocation.Renewal{Holder: "a", Limit: 1}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t, before)
}

func TestOperationsAreObserved(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	s := openWith(t, sqlstore.Config{DSN: filepath.Join(t.TempDir(), "test.db"), Migrate: true, Observe: func(op string, d time.Duration, err error) {
		mu.Lock()
		defer mu.Unlock()
		seen[op]++
		if d <= 0 {
			t.Errorf("%s took %v", op, d)
		}
		if (err != nil) != (op == "open session") {
			t.Errorf("%s: error %v", op, err)
		}
	}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_ = s.Open(ctx, benchOpening(1)) // refused: no client
	if _, err := s.Lookup(ctx, session.Digest{}); err != nil {
		t.Error(err)
	}
	if err := s.AddClient(ctx, caller.Client{ID: "app"}); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(map[string]int{"open session": 1, "look up token": 1, "add client": 1}, seen); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
}
