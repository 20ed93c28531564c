package daemon

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/session/sqlstore"
	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

func serverKey(t *testing.T) (key config.Secret) {
	t.Helper()
	if err := key.UnmarshalText([]byte("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")); err != nil {
		t.Fatal(err)
	}
	return key
}

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// details is what readiness shows of the database of a daemon that did not run yet: only its lease is missing.
func details(t *testing.T, s config.Settings, stderr io.Writer) string {
	t.Helper()
	d, err := New(t.Context(), Config{Settings: s, Stderr: stderr})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w := httptest.NewRecorder()
	d.api.AdminHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz?verbose", nil))
	line, _, _ := strings.Cut(w.Body.String(), "\n")
	return regexp.MustCompile(`^database ok \S+ `).ReplaceAllString(line, "")
}

func TestReadinessShowsWhatCommitsRestOn(t *testing.T) {
	if got := details(t, settings(t), io.Discard); got != "journal_mode=wal synchronous=2" {
		t.Errorf("SQLite: %q", got)
	}
}

func TestAnUnsafeDatabaseIsRefusedOrShownAsSuch(t *testing.T) {
	dsn := pgtest.Database(t)
	s := settings(t)
	s.Database, s.Key = config.ParseDSN(dsn), serverKey(t)
	const safe = `synchronous_commit=on synchronous_standby_names="" fsync=on full_page_writes=on connection=local`
	if got := details(t, s, io.Discard); got != safe {
		t.Errorf("PostgreSQL: %q, want %q", got, safe)
	}
	name := dsn[strings.LastIndex(dsn, "/")+1 : strings.LastIndex(dsn, "?")]
	if err := pgtest.Run(t.Context(), dsn, "ALTER DATABASE "+name+" SET synchronous_commit = off"); err != nil {
		t.Fatal(err)
	}
	_, err := New(t.Context(), Config{Settings: s, Stderr: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "synchronous_commit = off") || !errors.Is(err, sqlstore.ErrUnsafe) {
		t.Fatalf("New on an unsafe database = %v, want an error that names the setting and its value", err)
	}
	s.AllowUnsafe = true
	var log strings.Builder
	if got, want := details(t, s, &log), "UNSAFE "+strings.Replace(safe, "commit=on", "commit=off", 1); got != want {
		t.Errorf("allowed: %q, want %q", got, want)
	}
	if !strings.Contains(log.String(), "THE DATABASE IS NOT SAFE") || !strings.Contains(log.String(), "synchronous_commit=off") {
		t.Errorf("the log does not warn of it:\n%s", log.String())
	}
}
