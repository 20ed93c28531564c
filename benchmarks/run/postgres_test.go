package run

import (
	"database/sql"
	"os"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

// A house on PostgreSQL must work and be measured, and nothing of it may be left behind.
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
	h, err := b.house(t.Context(), false)
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
	serverIsMeasured(t, b, h, os.Getenv("INTROSPECTD_TEST_POSTGRES") == "" || h.family != 0)
	b.up.stop()
	b.made.drop(b)
	if n := databases(); n != 0 || len(b.errs) != 0 {
		t.Errorf("%d databases are left behind, errors %v", n, b.errs)
	}
}

// serverIsMeasured: what PostgreSQL does for the daemon is stated beside what the daemon does. Of one whose processes cannot be seen from here,
// as that of a container or of another machine, nothing is claimed.
func serverIsMeasured(t *testing.T, b *bench, h *house, here bool) {
	t.Helper()
	if (h.family != 0) != here {
		t.Errorf("the server's first process is %d, and it is %t that it runs here", h.family, here)
	}
	job := introspection(h.authorization(api(audience)), active, h.tokens)
	job.Connections, job.Window = 4, 200*time.Millisecond
	for begun := time.Now(); ; { // what it used is counted in hundredths of a second
		r, err := b.once(t.Context(), h.daemon, nil, job)
		if err != nil {
			t.Fatal(err)
		}
		if (r.Database > 0) == here && r.CPU > 0 {
			return
		}
		if time.Since(begun) > 30*time.Second {
			t.Fatalf("the daemon took %v us for a question and its database's server %v", r.CPU, r.Database)
		}
	}
}
