package run

import (
	"database/sql"
	"testing"

	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

// A house on PostgreSQL must work, and nothing of it may be left behind.
func TestDatabasesOnAServerAreMadeAndDropped(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	b := newBench(t, "-stores", url, "-scenarios", "growth")
	databases := func() (n int) {
		db, err := sql.Open(driver, url)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if err := db.QueryRow("SELECT count(*) FROM pg_database WHERE datname LIKE 'introspectd_benchmarks_%'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	h, err := b.house(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if n := databases(); n != 1 {
		t.Errorf("%d databases were made, want one", n)
	}
	job := introspection(h.authorization(api(audience)), active, h.tokens[:50])
	job.Once, job.Connections, job.Window = true, 2, maxWindow
	if r, err := b.once(t.Context(), h.daemon, nil, job); err != nil || r.Right != 50 {
		t.Errorf("%d right answers, %v, want 50", r.Right, err)
	}
	b.up.stop()
	b.made.drop(b)
	if n := databases(); n != 0 || len(b.errs) != 0 {
		t.Errorf("%d databases are left behind, errors %v", n, b.errs)
	}
}
