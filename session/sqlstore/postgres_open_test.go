package sqlstore_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore"
	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

func refused(t *testing.T, c sqlstore.Config, want string) error {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), c)
	if err == nil {
		_ = s.Close()
		t.Fatalf("it was opened, want an error that says %q", want)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("error %q, want one that says %q", err, want)
	}
	return err
}

func TestPasswordsAreNotInErrors(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://u:hush@127.0.0.1:1/x":                             "cannot be reached",
		"postgres://u:hush@127.0.0.1:1/x?sslmode=hushed":              "parameter",
		"postgres://u:hush%zz@127.0.0.1:1/x":                          "cannot be read",
		"postgresql://u:hush@db.invalid/x":                            "cannot be reached",
		"postgres://u@127.0.0.1:1/x?password=hush":                    "cannot be reached",
		"postgres://u:hush@192.0.2.1/x?sslmode=disable":               "without TLS",
		"postgres://u:hush@192.0.2.1/x?sslmode=prefer":                "without TLS",
		"postgres://u:hush@127.0.0.1:1,192.0.2.1:1/x?sslmode=disable": "without TLS",
	} {
		err := refused(t, sqlstore.Config{DSN: dsn, Migrate: true}, want)
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("error of %s shows what it must not: %q", dsn, err)
		}
		if want == "cannot be reached" && !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s: error %q does not wrap ErrUnavailable", dsn, err)
		}
	}
}

func TestADatabaseWhoseCommitsAreNotSafeIsRefusedUnlessToldOtherwise(t *testing.T) {
	dsn := pgtest.Database(t)
	name := dsn[strings.LastIndex(dsn, "/")+1 : strings.LastIndex(dsn, "?")]
	conn := raw(t, dsn)
	for _, value := range []string{"off", "local"} {
		run1(t, conn, "ALTER DATABASE "+name+" SET synchronous_commit = "+value)
		refused(t, sqlstore.Config{DSN: dsn, Migrate: true}, "synchronous_commit = "+value+": commits would not survive a crash")
	}
	s := openWith(t, sqlstore.Config{DSN: dsn, Migrate: true, AllowUnsafe: true})
	list, err := s.Settings(t.Context())
	for _, is := range list {
		if is.Unsafe() != (is.Name == "synchronous_commit") {
			t.Errorf("%s = %s: unsafe %v", is.Name, is.Value, is.Unsafe())
		}
	}
	if err != nil || valueOf(list, "synchronous_commit") != "local" || valueOf(list, "fsync") != "on" || valueOf(list, "server_version") == "" {
		t.Errorf("Settings = %v, %v", list, err)
	}
	run1(t, conn, "ALTER DATABASE "+name+" RESET synchronous_commit")
	openWith(t, sqlstore.Config{DSN: dsn})
}

func valueOf(list []sqlstore.Setting, name string) string {
	for _, s := range list {
		if s.Name == name {
			return s.Value
		}
	}
	return ""
}

func TestSettingsOfSQLite(t *testing.T) {
	s := openAt(t, t.TempDir()+"/test.db")
	list, err := s.Settings(t.Context())
	if err != nil || valueOf(list, "journal_mode") != "wal" || valueOf(list, "synchronous") != "2" {
		t.Errorf("Settings = %v, %v", list, err)
	}
}

func TestAServerThatOnlyFollowsAnotherOrDoesNotSyncIsRefused(t *testing.T) {
	pgtest.Shared(t) // or it is not installed
	for want, start := range map[string]func(...string) (*pgtest.Cluster, error){
		"is a replica": pgtest.StartStandby,
		"fsync = off":  func(...string) (*pgtest.Cluster, error) { return pgtest.Start("fsync=off") },

		"full_page_writes = off": func(...string) (*pgtest.Cluster, error) { return pgtest.Start("full_page_writes=off") },
	} {
		c, err := start()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Stop)
		err = refused(t, sqlstore.Config{DSN: c.URL(), Migrate: true}, want)
		if errors.Is(err, sqlstore.ErrUnsafe) == (want == "is a replica") {
			t.Errorf("error %q: is it ErrUnsafe? %v", err, errors.Is(err, sqlstore.ErrUnsafe))
		}
	}
}

func TestOthersTablesAndNewerSchemasInPostgreSQLAreLeftAsTheyAre(t *testing.T) {
	dsn := pgtest.Database(t)
	conn := raw(t, dsn)
	run1(t, conn, `CREATE TABLE recipes (name TEXT)`)
	refused(t, sqlstore.Config{DSN: dsn, Migrate: true}, "another program")
	run1(t, conn, `DROP TABLE recipes`)
	refused(t, sqlstore.Config{DSN: dsn}, "migrate it first")
	steps, err := sqlstore.Up(t.Context(), sqlstore.Config{DSN: dsn})
	if err != nil || len(steps) == 0 {
		t.Fatalf("Up = %v, %v", steps, err)
	}
	if again, err := sqlstore.Up(t.Context(), sqlstore.Config{DSN: dsn}); err != nil || len(again) != 0 {
		t.Errorf("Up again = %v, %v; want nothing to do", again, err)
	}
	list, err := sqlstore.Migrations(t.Context(), sqlstore.Config{DSN: dsn})
	if err != nil || len(list) != len(steps) || !list[len(list)-1].Applied {
		t.Errorf("Migrations = %v, %v", list, err)
	}
	run1(t, conn, `INSERT INTO schema_version (version_id, is_applied) VALUES (99, true)`)
	refused(t, sqlstore.Config{DSN: dsn, Migrate: true}, "written by a newer version")
}

func TestConnectionsThatTheServerEndsAreMadeAnew(t *testing.T) {
	dsn := pgtest.Database(t)
	s := openAt(t, dsn)
	all := opened(t, s, 1)
	if err := s.Enrol(t.Context(), "a", time.Second); err != nil {
		t.Fatal(err)
	}
	conn := raw(t, dsn)
	for range 3 {
		run1(t, conn, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		if err := s.Open(t.Context(), benchOpening(uint64(time.Now().UnixNano()))); err != nil {
			t.Errorf("Open after the server has ended all connections: %v", err)
		}
		if _, err := s.Read(t.Context(), 0, 1); err != nil {
			t.Errorf("Read: %v", err)
		}
		if err := s.Touch(t.Context(), []session.Use{{Session: all[0].Session.ID, At: session.DateOf(benchStart)}}); err != nil {
			t.Errorf("Touch: %v", err)
		}
	}
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
}

func TestHintsComeAndAreListenedForAgain(t *testing.T) {
	dsn := pgtest.Database(t)
	a, b := openAt(t, dsn), openAt(t, dsn)
	all := opened(t, a, 2)
	var heard atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Hints(ctx, func() { heard.Add(1) }, func() {}) }()
	more := func(what string, than int64) {
		t.Helper()
		for until := time.Now().Add(30 * time.Second); heard.Load() <= than; time.Sleep(time.Millisecond) {
			if time.Now().After(until) {
				t.Fatalf("no hint after %s", what)
			}
		}
	}
	more("listening began", 0)
	for i, o := range all {
		before := heard.Load()
		if _, err := a.Revoke(t.Context(), session.BySession(o.Session.ID), benchStart); err != nil {
			t.Fatal(err)
		}
		more("a taking-back", before)
		if i == 0 {
			before = heard.Load()
			run1(t, raw(t, dsn), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`)
			more("the listener was cut off", before)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Hints = %v", err)
	}
}
