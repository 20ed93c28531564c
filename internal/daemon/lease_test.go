package daemon

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// A daemon whose database went away says to its operator why it has no lease, and for how long; neither where the database is nor what it says.
func TestReadinessSaysWhyThereIsNoLease(t *testing.T) {
	s := settings(t)
	s.Lease = 3 * time.Second
	var stderr bytes.Buffer // read when the daemon has ended
	d, err := New(t.Context(), Config{Settings: s, Stderr: &stderr})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- d.Run(ctx, func() { close(ready) }) }()
	<-ready
	at := func(path string) string {
		w := httptest.NewRecorder()
		d.api.AdminHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Body.String()
	}
	if n := failingSeconds(t, at("/metrics")); n != 0 {
		t.Errorf("a daemon that is well says that it has been failing for %vs", n)
	}
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	failed := regexp.MustCompile(`(?m)^lease failed \S+ for ([0-9.]+)s: the database cannot be reached, read or written$`)
	var body string
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		body = at("/readyz?verbose")
		if m := failed.FindStringSubmatch(body); m != nil && m[1] != "0" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("readiness says %q", body)
		}
	}
	if file, _ := s.Database.File(); strings.Contains(body, file) {
		t.Errorf("readiness says where the database is: %q", body)
	}
	if n := failingSeconds(t, at("/metrics")); n <= 0 {
		t.Errorf("the metric says %vs", n)
	}
	stop()
	<-ended
	if words := stderr.String(); !strings.Contains(words, "the revocation log cannot be read") || !strings.Contains(words, "database is closed") {
		t.Errorf("the log does not say why: %s", words)
	}
}

func failingSeconds(t *testing.T, metrics string) float64 {
	t.Helper()
	m := regexp.MustCompile(`(?m)^introspectd_renewals_failing_seconds (\S+)$`).FindStringSubmatch(metrics)
	if m == nil {
		t.Fatal("no such metric")
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEachTroubleHasWordsOfItsOwn(t *testing.T) {
	const secret = "hunter2"
	seen := map[string]error{}
	for _, kind := range []error{
		revocation.ErrRestored, revocation.ErrStruck, fmt.Errorf("%w: %w", session.ErrUnavailable, context.DeadlineExceeded), session.ErrUnavailable, io.ErrUnexpectedEOF,
	} {
		words := trouble(fmt.Errorf("read revocation log: postgres://admin:%s@db: %w", secret, kind))
		if other, ok := seen[words]; ok || strings.Contains(words, secret) || strings.Contains(words, "postgres") {
			t.Errorf("trouble(%v) = %q, as for %v", kind, words, other)
		}
		seen[words] = kind
	}
}
