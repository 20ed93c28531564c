package sqlstore_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore"
)

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// database makes one at path and runs statements in it.
func database(t *testing.T, path string, statements ...string) {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: path, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	run(t, path, statements...)
}

// run runs statements in an SQLite file, past the store.
func run(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, q := range statements {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenRefusesWhatItCannotUseAndChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		make  func(t *testing.T, path string)
		path  string // under the directory; empty: test.db
		plain bool   // without Migrate
		want  string
	}{
		{name: "a text file", want: "is not an SQLite database", make: func(t *testing.T, path string) { write(t, path, "dear diary, today I was not a database", 0o600) }},
		{name: "a short text file", want: "is not an SQLite database", make: func(t *testing.T, path string) { write(t, path, "hm", 0o644) }},
		{name: "a damaged file", want: "damaged", make: func(t *testing.T, path string) {
			write(t, path, "SQLite format 3\x00"+strings.Repeat("garbage", 2000), 0o600)
		}},
		{name: "a directory", want: "is a directory", make: func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "a link to a database", want: "symbolic link", make: func(t *testing.T, path string) {
			database(t, path+".other")
			if err := os.Symlink(path+".other", path); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "a link to nowhere", want: "symbolic link", make: func(t *testing.T, path string) {
			if err := os.Symlink(path+".nowhere", path); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "a link for the log", want: "symbolic link", make: func(t *testing.T, path string) {
			database(t, path)
			if err := os.Symlink(path+".other", path+"-wal"); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "a pipe", want: "not a regular file", make: func(t *testing.T, path string) {
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "a file others read", want: "chmod 600", make: func(t *testing.T, path string) {
			database(t, path)
			if err := os.Chmod(path, 0o640); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "a read-only file", want: "read-only", make: func(t *testing.T, path string) {
			database(t, path)
			if err := os.Chmod(path, 0o400); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "a newer schema", want: "written by a newer version", make: func(t *testing.T, path string) {
			database(t, path, `INSERT INTO schema_version (version_id, is_applied) VALUES (99, 1)`)
		}},
		{name: "another program's database", want: "another program", make: func(t *testing.T, path string) {
			run(t, path, `CREATE TABLE recipes (name TEXT)`)
			if err := os.Chmod(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "another program's database that is migrated with the same tool", want: "another program", make: func(t *testing.T, path string) {
			run(t, path, `CREATE TABLE schema_version (id INTEGER PRIMARY KEY, version_id INTEGER, is_applied INTEGER, tstamp TIMESTAMP)`,
				`INSERT INTO schema_version (version_id, is_applied) VALUES (1, 1)`, `CREATE TABLE recipes (name TEXT)`)
			if err := os.Chmod(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "no file and no leave to make one", want: "there is no database at", plain: true},
		{name: "an empty file and no leave to fill it", want: "migrate it first", plain: true, make: func(t *testing.T, path string) { write(t, path, "", 0o600) }},
		{name: "no directory", path: "missing/test.db", want: "does not exist"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "test.db")
			if c.path != "" {
				path = filepath.Join(dir, c.path)
			}
			if c.make != nil {
				c.make(t, path)
			}
			before := contents(t, dir)
			s, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: path, Migrate: !c.plain})
			if err == nil {
				_ = s.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %q, want one that says %q and names %s", err, c.want, path)
			}
			if strings.Count(err.Error(), path) > 1 {
				t.Errorf("error %q names the file more than once", err)
			}
			if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
				t.Errorf("files (-before +after):\n%s", diff)
			}
		})
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out[e.Name()] = e.Type().String()
		if e.Type().IsRegular() {
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			out[e.Name()] += string(text)
		}
	}
	return out
}

func TestOpenRefusesConfigurationsThatCannotWork(t *testing.T) {
	for want, c := range map[string]sqlstore.Config{
		"no database is named":    {},
		"plain path":              {DSN: "file:test.db"},
		"in memory":               {DSN: ":memory:"},
		"NUL":                     {DSN: "a\x00b"},
		"readers is not between":  {DSN: "test.db", Readers: 65},
		"patience is negative":    {DSN: "test.db", Patience: -1},
		"by the plain path":       {DSN: "mysql://db.example/x"},
		"readers is not between ": {DSN: "test.db", Readers: -1},
	} {
		t.Chdir(t.TempDir())
		if s, err := sqlstore.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%+v) = %v, %v; want an error that says %q", c, s, err, want)
		}
		if left := contents(t, "."); len(left) != 0 {
			t.Errorf("Open(%+v) made %v", c, left)
		}
	}
}

func TestFilesAreTheirOwnersAlone(t *testing.T) {
	old := syscall.Umask(0)
	t.Cleanup(func() { syscall.Umask(old) })
	dir := t.TempDir()
	openAt(t, filepath.Join(dir, "test.db"))
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		names[e.Name()] = true
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %04o, want 0600", e.Name(), info.Mode().Perm())
		}
	}
	for _, name := range []string{"test.db", "test.db-wal", "test.db-shm"} {
		if !names[name] {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestPathsWithCharactersThatMeanSomethingInAURI(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a b?c#d%20e&mode=ro.db", "ä:1.db", "-x.db"} {
		path := filepath.Join(dir, name)
		openAt(t, path)
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	t.Chdir(dir)
	openAt(t, "relative.db")
	if _, err := os.Stat(filepath.Join(dir, "relative.db")); err != nil {
		t.Error(err)
	}
}

func TestWhatIsOnTheDiskOpensNothing(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, filepath.Join(dir, "test.db"))
	secret := session.NewHandle(session.ClientSecret)
	if err := s.AddClient(t.Context(), caller.Client{ID: "app", Roles: caller.Service, Secret: secret.Digest()}); err != nil {
		t.Fatal(err)
	}
	token := session.NewHandle(session.Access)
	o := benchOpening(1)
	o.Access.Digest = token.Digest()
	if err := s.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	seen := false
	for name, text := range contents(t, dir) {
		for _, h := range []session.Handle{secret, token} {
			if strings.Contains(text, h.Reveal()) {
				t.Errorf("%s holds the text of a %s", name, h.Kind())
			}
			d := h.Digest()
			seen = seen || bytes.Contains([]byte(text), d[:])
		}
	}
	if !seen {
		t.Error("the digests were not found either: this test looks in the wrong place")
	}
}
