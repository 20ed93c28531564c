package run

import (
	"database/sql"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/introspectd/introspectd/benchmarks/report"
)

// database is one with a write-ahead log, and a connection that writes to it.
func database(t *testing.T) (path string, db *sql.DB) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "x.db")
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=OFF")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	do(t, db, `PRAGMA wal_autocheckpoint = 0`, `CREATE TABLE x (y BLOB)`)
	return path, db
}

func do(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func journalNow(t *testing.T, path string) journal {
	t.Helper()
	j, err := journalOf(path)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestCommitsAndTheirBytesAreReadFromTheWriteAheadLog(t *testing.T) {
	path, db := database(t)
	from := journalNow(t, path)
	const commits, sessions = 5, 20
	for range commits {
		do(t, db, `BEGIN`, `INSERT INTO x VALUES (zeroblob(40000))`, `INSERT INTO x VALUES (zeroblob(10))`, `COMMIT`)
	}
	to := journalNow(t, path)
	g, err := grouped(path, from, to, report.Round{Right: sessions, PerSecond: 7})
	if err != nil || g.sessions != sessions/commits || g.daemon != 7 {
		t.Errorf("%d sessions in %d commits: %+v, %v", sessions, commits, g, err)
	}
	if g.bytes < 40000 || g.bytes > 70000 {
		t.Errorf("a commit of 40000 bytes is %v bytes of the log", g.bytes)
	}
	if _, err := grouped(path, to, to, report.Round{Right: 1}); err == nil {
		t.Error("sessions are grouped though nothing was committed")
	}
}

func TestALogThatWasBegunAnewIsReadFromItsStart(t *testing.T) {
	path, db := database(t)
	for range 3 {
		do(t, db, `INSERT INTO x VALUES (zeroblob(400000))`)
	}
	from := journalNow(t, path)
	do(t, db, `PRAGMA wal_checkpoint(RESTART)`)
	for range 4 {
		do(t, db, `INSERT INTO x VALUES (zeroblob(40000))`)
	}
	to := journalNow(t, path)
	if from.salt == to.salt || to.frames >= from.frames {
		t.Fatalf("from %+v to %+v: the log was not begun anew, and this test shows nothing", from, to)
	}
	g, err := grouped(path, from, to, report.Round{Right: 8})
	if err != nil || g.sessions != 2 || g.bytes < 40000 || g.bytes > 70000 {
		t.Errorf("grouped = %+v, %v, want 2 sessions in some 50000 bytes", g, err)
	}
}

func TestALogThatIsNotThereIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if j, err := journalOf(path); err == nil {
		t.Errorf("the journal of no database is %+v", j)
	}
	var blank [2 * indexBytes]byte // not made yet
	if err := os.WriteFile(path+"-shm", blank[:], 0o600); err != nil {
		t.Fatal(err)
	}
	if j, err := journalOf(path); err == nil {
		t.Errorf("an index that nobody has made is %+v", j)
	}
}

func TestPagesOfSixtyFourKilobytesFitIntoTwoBytes(t *testing.T) {
	var header [indexBytes]byte
	binary.NativeEndian.PutUint16(header[14:], 1)
	if j := parseIndex(header[:]); j.page != 65536 {
		t.Errorf("page = %d", j.page)
	}
}
