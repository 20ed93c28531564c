package run

import (
	"testing"

	"github.com/introspectd/introspectd/internal/config"
)

func TestOnlyAServerOnThisMachineHasProcessesHere(t *testing.T) {
	for dsn, want := range map[string]bool{
		"postgres://u:p@127.0.0.1:5432/d": true, "postgres://localhost/d": true, "postgres://[::1]:5432/d": true,
		"postgres:///d?host=/run/postgresql": true, "postgres://192.0.2.1/d": false, "postgres://db.example/d": false,
		"postgres:///d?host=192.0.2.1": false, "postgres://%zz": false,
	} {
		if got := near(dsn); got != want {
			t.Errorf("near(%q) = %t, want %t", dsn, got, want)
		}
	}
}

func TestAServerThatIsNotThereHasNoProcess(t *testing.T) {
	b := newBench(t)
	for _, store := range []string{sqlite, "postgres://127.0.0.1:1/x", "postgres://192.0.2.1/x"} {
		if pid := b.postmaster(t.Context(), config.ParseDSN(store)); pid != 0 {
			t.Errorf("the first process of %s is %d", store, pid)
		}
	}
}
