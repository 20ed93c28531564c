package pgtest

import (
	"errors"
	"os"
	"sync"
	"testing"
)

var shared struct {
	once    sync.Once
	cluster *Cluster
	err     error
}

// Main is for TestMain: it runs the tests, and then ends the cluster if there is one. It returns the exit code.
func Main(m *testing.M) int {
	defer func() {
		if shared.cluster != nil && shared.cluster.keeper != nil {
			shared.cluster.Stop()
		}
	}()
	return m.Run()
}

// Database makes a database for one test, on the test binary's cluster, and gives its URL.
func Database(t testing.TB) string {
	t.Helper()
	c := Shared(t)
	url, name, err := c.Create()
	if err != nil {
		t.Fatal(err)
	}
	if c.dir != "" { // all of it goes at the end
		return url
	}
	t.Cleanup(func() {
		if err := c.Drop(name); err != nil {
			t.Error(err)
		}
	})
	return url
}

// Shared is the test binary's cluster.
func Shared(t testing.TB) *Cluster {
	t.Helper()
	shared.once.Do(func() {
		if url := os.Getenv("INTROSPECTD_TEST_POSTGRES"); url != "" {
			shared.cluster = &Cluster{url: url}
			return
		}
		shared.cluster, shared.err = Start()
	})
	if errors.Is(shared.err, ErrMissing) && os.Getenv("INTROSPECTD_TEST_ALL") == "" {
		t.Skipf("NOT TESTED with PostgreSQL: %v", shared.err)
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.cluster
}
