package sessiontest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sessiontest"
)

func TestMemoryKeepsTheContracts(t *testing.T) {
	sessiontest.Run(t, func(*testing.T) sessiontest.Stores { return sessiontest.NewMemory() })
}

func TestFailMakesEverythingUnavailableAndChangesNothing(t *testing.T) {
	m, ctx, plug := sessiontest.NewMemory(), t.Context(), errors.New("plug pulled")
	if err := m.AddClient(ctx, caller.Client{ID: "app"}); err != nil {
		t.Fatal(err)
	}
	m.Fail(plug)
	ops := map[string]func() error{
		"Lookup":         func() error { _, err := m.Lookup(ctx, session.Digest{}); return err },
		"Sessions":       func() error { _, err := m.Sessions(ctx, "ann", time.Time{}); return err },
		"Count":          func() error { _, err := m.Count(ctx); return err },
		"Open":           func() error { return m.Open(ctx, &session.Opening{Session: session.Session{Client: "app"}}) },
		"Rotate":         func() error { _, err := m.Rotate(ctx, &session.Rotation{}); return err },
		"Revoke":         func() error { _, err := m.Revoke(ctx, session.Everything(), time.Time{}); return err },
		"Touch":          func() error { return m.Touch(ctx, nil) },
		"Sweep":          func() error { _, err := m.Sweep(ctx, time.Time{}, 1); return err },
		"Read":           func() error { _, err := m.Read(ctx, 0, 1); return err },
		"Registry":       func() error { _, err := m.Registry(ctx); return err },
		"AddClient":      func() error { return m.AddClient(ctx, caller.Client{ID: "new"}) },
		"ReplaceSecret":  func() error { return m.ReplaceSecret(ctx, "app", session.Digest{1}) },
		"RemoveClient":   func() error { _, err := m.RemoveClient(ctx, "app", 0); return err },
		"AddAudience":    func() error { return m.AddAudience(ctx, session.Audience{Name: "orders"}) },
		"RemoveAudience": func() error { return m.RemoveAudience(ctx, "orders") },
	}
	for name, op := range ops {
		if err := op(); !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, plug) {
			t.Errorf("%s: error %v, want one that wraps ErrUnavailable and the cause", name, err)
		}
	}
	m.Fail(nil)
	s, err := m.Registry(ctx)
	if err != nil || len(s.Clients) != 1 || len(s.Audiences) != 0 || s.Clients["app"].Secret != (session.Digest{}) {
		t.Errorf("registry afterwards: %+v, %v; want it as before", s, err)
	}
	if n, err := m.Count(ctx); n != 0 || err != nil {
		t.Errorf("Count = %d, %v; want 0", n, err)
	}
}

func TestAfterLookupRunsBetweenTheReadAndTheAnswer(t *testing.T) {
	m, ctx := sessiontest.NewMemory(), t.Context()
	if err := m.AddClient(ctx, caller.Client{ID: "app"}); err != nil {
		t.Fatal(err)
	}
	o := &session.Opening{
		Session: session.Session{ID: session.NewID(), Subject: "ann", Client: "app"},
		Access:  session.Token{Digest: session.Digest{1}, Kind: session.Access, ID: session.NewID()},
	}
	o.Access.SessionID = o.Session.ID
	if err := m.Open(ctx, o); err != nil {
		t.Fatal(err)
	}
	m.AfterLookup(func(d session.Digest) {
		if d != o.Access.Digest {
			t.Errorf("called for %v, want %v", d, o.Access.Digest)
		}
		if _, err := m.Revoke(ctx, session.BySubject("ann"), time.Unix(1, 0)); err != nil {
			t.Error(err)
		}
	})
	if found, err := m.Lookup(ctx, o.Access.Digest); err != nil || found.Revoked || found.Head != 0 {
		t.Errorf("Lookup = %+v, %v; want what was there before the taking-back", found, err)
	}
	m.AfterLookup(nil)
	if found, err := m.Lookup(ctx, o.Access.Digest); err != nil || !found.Revoked || found.Head != 1 {
		t.Errorf("Lookup = %+v, %v; want it taken back", found, err)
	}
	if n := m.Lookups(); n != 2 {
		t.Errorf("Lookups = %d, want 2", n)
	}
}
