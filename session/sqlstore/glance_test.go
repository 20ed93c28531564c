package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

// A glance shows what a renewal would, and an acknowledgement what has been applied. Neither says that a holder was told: that it lives is a renewal's
// word, and leases are counted from those.
func TestAGlanceIsNoRenewal(t *testing.T) {
	dsn := pgtest.Database(t)
	a, b := openAt(t, dsn), openAt(t, dsn)
	all := opened(t, a, 1)
	if err := b.Enrol(t.Context(), "b", 3*time.Second); err != nil {
		t.Fatal(err)
	}
	revoked, err := a.Revoke(t.Context(), session.BySession(all[0].Session.ID), benchStart)
	if err != nil {
		t.Fatal(err)
	}
	page, holders, longest, err := b.Glance(t.Context(), 0, 10)
	if err != nil || len(page.Entries) != 1 || page.Head != revoked.Seq || page.Foreign != revoked.Seq || len(holders) != 1 || longest != 3*time.Second {
		t.Fatalf("Glance = %+v, %v, %v, %v; want the entry, which is another's, and one holder", page, holders, longest, err)
	}
	if err := b.Acknowledge(t.Context(), revocation.Renewal{Holder: "b", Log: page.Log, Acked: page.Head}, true); err != nil {
		t.Fatal(err)
	}
	holders, _, err = a.Holders(t.Context())
	if err != nil || len(holders) != 1 || holders[0].Seq != page.Head || holders[0].Told >= page.Head {
		t.Errorf("Holders = %+v, %v; want it acknowledged, and not told", holders, err)
	}
	if err := b.Acknowledge(t.Context(), revocation.Renewal{Holder: "b", Log: "another", Acked: page.Head + 5}, false); err != nil {
		t.Fatal(err)
	}
	if again, _, _ := a.Holders(t.Context()); again[0].Seq != page.Head {
		t.Errorf("an acknowledgement of another log counted: %+v", again)
	}
	if err := a.Strike(t.Context(), "", 0, "b"); err != nil {
		t.Fatal(err)
	}
	if err := b.Acknowledge(t.Context(), revocation.Renewal{Holder: "b", Log: page.Log, Acked: page.Head}, false); !errors.Is(err, revocation.ErrStruck) {
		t.Errorf("Acknowledge by one who was struck = %v, want ErrStruck", err)
	}
}

// What a server shows that waits for its standbys may never have been: only a renewal, which waits with it, will do.
func TestWhereStandbysConfirmAGlanceWillNotDo(t *testing.T) {
	pgtest.Shared(t) // or it is not installed
	c, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	s := openAt(t, c.URL())
	if _, _, _, err := s.Glance(t.Context(), 0, 1); err != nil {
		t.Fatalf("Glance = %v", err)
	}
	if err := pgtest.Run(t.Context(), c.URL(), `ALTER SYSTEM SET synchronous_standby_names = 'nobody'`, `SELECT pg_reload_conf()`); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		_, _, _, err := s.Glance(t.Context(), 0, 1)
		if errors.Is(err, revocation.ErrRenew) {
			break
		}
		if err != nil || time.Now().After(until) {
			t.Fatalf("Glance = %v, want ErrRenew", err)
		}
	}
	if err := pgtest.Run(t.Context(), c.URL(), `ALTER SYSTEM RESET synchronous_standby_names`, `SELECT pg_reload_conf()`); err != nil {
		t.Fatal(err)
	}
}
