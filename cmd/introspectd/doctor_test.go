package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sqlstore"
)

// TestTheDoctorNamesWhoIsSlow has two on the roll who never say anything, and one who waits for a subscriber of its own.
func TestTheDoctorNamesWhoIsSlow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: path, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	command(t, "audience", "add", "orders", "--scope", "read", "--caller", "web", "--database", path)
	command(t, "client", "add", "web", "--role", "login", "--database", path)
	command(t, "session", "open", "--subject", "alice", "--client", "web", "--audience", "orders", "--scope", "read", "--database", path)
	const lease = 200 * time.Millisecond
	for _, id := range []revocation.HolderID{"dead", "waits", "well"} {
		if err := store.Enrol(t.Context(), id, lease); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Revoke(t.Context(), session.BySubject("alice"), time.Now()); err != nil {
		t.Fatal(err)
	}
	for id, acked := range map[revocation.HolderID]revocation.Seq{"waits": 0, "well": 1} {
		page, err := store.Read(t.Context(), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // what this process has written itself it notes a moment later
			if _, err := store.Renew(t.Context(), revocation.Renewal{Holder: id, Log: page.Log, Acked: acked, After: acked, Limit: 10}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(30 * time.Millisecond)
		}
	}
	var stdout, stderr strings.Builder
	code := run(t.Context(), []string{"doctor", "--database", path}, []string{"INTROSPECTD_LEASE=200ms"}, strings.NewReader(""), &stdout, &stderr)
	text := stdout.String()
	if code != exitError {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
	for _, want := range []string{"holder dead", "dead, stopped or cut off", "holder waits", "a subscriber of its own", "acknowledged 1 of 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("the doctor does not say %q:\n%s", want, text)
		}
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "holder ") && strings.Contains(line, "bad") == strings.HasPrefix(line, "holder well") {
			t.Errorf("wrong about %s", line)
		}
	}
	stdout.Reset()
	_ = run(t.Context(), []string{"doctor", "--database", path}, nil, strings.NewReader(""), &stdout, &stderr)
	if !strings.Contains(stdout.String(), "leases of 200ms, and 2s is set here") {
		t.Errorf("the doctor does not see two leases:\n%s", stdout.String())
	}
}
