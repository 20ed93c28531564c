package sqlstore

import (
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// kept is what a store says about tokens, and about the sessions of some subjects.
type kept struct {
	Tokens   []session.Looked
	ByID     []session.Finding
	Sessions [][]session.Session
}

func keptBy(t *testing.T, s *Store, openings []*session.Opening) (k kept) {
	t.Helper()
	var ds []session.Digest
	for _, o := range openings {
		ds = append(ds, o.Access.Digest, o.Refresh.Digest)
		f, err := s.LookupID(t.Context(), o.Refresh.ID)
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.Sessions(t.Context(), o.Session.Subject, time.Unix(1500, 0))
		if err != nil {
			t.Fatal(err)
		}
		k.ByID, k.Sessions = append(k.ByID, f), append(k.Sessions, list)
	}
	k.Tokens = s.LookupEach(t.Context(), ds)
	return k
}

// A database of before tokens had numbers says the same when they have, and the other way round.
func TestTokensKeepTheirWorthWhenTheyAreNumbered(t *testing.T) {
	c := Config{DSN: filepath.Join(t.TempDir(), "test.db"), Migrate: true}
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddClient(t.Context(), caller.Client{ID: "app", Roles: caller.Service}); err != nil {
		t.Fatal(err)
	}
	var openings []*session.Opening
	for i := range 80 { // of 160 digests half begin with a bit that makes a number negative
		o := testOpening(fmt.Sprint("subject ", i/2))
		if err := s.Open(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		openings = append(openings, o)
	}
	at := time.Unix(1500, 0)
	for _, sel := range []session.Selector{
		session.BySession(openings[0].Session.ID), session.ByToken(openings[2].Access.ID), session.BySubject("subject 2"),
	} {
		if _, err := s.Revoke(t.Context(), sel, at); err != nil {
			t.Fatal(err)
		}
	}
	rotation := &session.Rotation{
		Presented: openings[10].Refresh.Digest, Client: "app", AccessTTL: time.Minute, Window: time.Second, At: at,
		Pairs: []session.PairDigest{{Access: session.NewHandle(session.Access).Digest(), Refresh: session.NewHandle(session.Refresh).Digest()}},
	}
	minted, err := s.Rotate(t.Context(), rotation)
	if err != nil || minted.Outcome != session.Minted {
		t.Fatalf("Rotate = %+v, %v", minted, err)
	}
	before := keptBy(t, s, openings)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	migrateTo(t, c, 5)
	if s, err = Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if after := keptBy(t, s, openings); !reflect.DeepEqual(after, before) {
		t.Errorf("after the migration:\n%+v\nbefore:\n%+v", after, before)
	}
	for what, query := range map[string]string{
		"rows that refer to none": `SELECT count(*) FROM pragma_foreign_key_check`,
		"faults":                  `SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'`,
	} {
		if n := numberOf(t, s, query); n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
	again, err := s.Rotate(t.Context(), rotation)
	if err != nil || again.Outcome != session.Repeated || again.Access != minted.Access {
		t.Errorf("a lost answer that is asked for again: %+v, %v", again, err)
	}
	rotation.At = at.Add(time.Hour / 4)
	if reused, err := s.Rotate(t.Context(), rotation); err != nil || reused.Outcome != session.Reused {
		t.Errorf("a second use: %+v, %v", reused, err)
	}
}

// migrateTo takes a closed database back to an older schema.
func migrateTo(t *testing.T, c Config, version int64) {
	t.Helper()
	e, err := engineOf(&c)
	if err != nil {
		t.Fatal(err)
	}
	db, err := e.migrationPool()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	p, err := provider(db, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.DownTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
}
