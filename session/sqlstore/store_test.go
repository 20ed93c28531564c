package sqlstore_test

import (
	"path/filepath"
	"testing"

	"github.com/introspectd/introspectd/session/sessiontest"
	"github.com/introspectd/introspectd/session/sqlstore"
)

func TestSQLiteKeepsTheContracts(t *testing.T) {
	sessiontest.Run(t, func(t *testing.T) sessiontest.Stores { return openAt(t, filepath.Join(t.TempDir(), "test.db")) })
}

// openAt opens a database, made if need be, and closes it when the test ends.
func openAt(t testing.TB, path string) *sqlstore.Store {
	t.Helper()
	return openWith(t, sqlstore.Config{DSN: path, Migrate: true})
}

func openWith(t testing.TB, c sqlstore.Config) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
