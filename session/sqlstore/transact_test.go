package sqlstore

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

func openTest(t *testing.T) *Store {
	t.Helper()
	return openAt(t, Config{DSN: filepath.Join(t.TempDir(), "test.db"), Migrate: true, Patience: 200 * time.Millisecond})
}

// openAt has one client registered, for whom sessions may be opened.
func openAt(t *testing.T, c Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.AddClient(t.Context(), caller.Client{ID: "app", Roles: caller.Service}); err != nil {
		t.Fatal(err)
	}
	return s
}

func testOpening(subject string) *session.Opening {
	q := session.Session{ID: session.NewID(), Subject: subject, Client: "app", OpenedAt: 1000, ExpiresAt: 90_000, LastUsedAt: 1000}
	access := session.Token{
		Digest: session.NewHandle(session.Access).Digest(), Kind: session.Access, ID: session.NewID(), SessionID: q.ID,
		Subject: subject, Client: "app", IssuedAt: 1000, ExpiresAt: 2000,
	}
	refresh := access
	refresh.Digest, refresh.Kind, refresh.ID, refresh.ExpiresAt = session.NewHandle(session.Refresh).Digest(), session.Refresh, session.NewID(), 90_000
	return &session.Opening{Session: q, Access: access, Refresh: refresh}
}

func numberOf(t *testing.T, s *Store, query string) int {
	t.Helper()
	var n number
	if err := row(s.read.db, query, nil, &n); err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// hold keeps the writer busy until release is called, so that whoever writes meanwhile forms one group.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	begun, end := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var all sync.WaitGroup
	all.Go(func() {
		err := s.do(t.Context(), "hold", func(*batch) (func(commit), error) {
			once.Do(func() { close(begun) })
			<-end
			return nil, nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	return func() {
		close(end)
		all.Wait()
	}
}

// queued waits until n wait for the writer.
func queued(t *testing.T, s *Store, n int) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		s.write.mu.Lock()
		got := len(s.write.queue)
		s.write.mu.Unlock()
		if got == n {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("%d wait for the writer, want %d", got, n)
		}
	}
}

func TestAGroupIsOneTransactionInWhichEachFailsAlone(t *testing.T) {
	s := openTest(t)
	first := testOpening("first")
	if err := s.Open(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	openings := make([]*session.Opening, 40)
	errs := make([]error, len(openings))
	for i := range openings {
		openings[i] = testOpening(fmt.Sprint("subject ", i))
		if i%4 == 0 {
			openings[i].Refresh.Digest = first.Refresh.Digest
		}
	}
	release := hold(t, s)
	var all sync.WaitGroup
	for i, o := range openings {
		all.Go(func() { errs[i] = s.Open(t.Context(), o) })
	}
	queued(t, s, len(openings))
	frames := walFrames(t, s)
	release()
	all.Wait()
	for i, err := range errs {
		if (err != nil) != (i%4 == 0) {
			t.Errorf("opening %d: error %v", i, err)
		}
		found, err := s.Lookup(t.Context(), openings[i].Access.Digest)
		if err != nil || found.Known != (i%4 != 0) {
			t.Errorf("opening %d: known %v, %v", i, found.Known, err)
		}
	}
	if n := numberOf(t, s, `SELECT count(*) FROM sessions`); n != 31 {
		t.Errorf("%d sessions, want 31", n)
	}
	// Thirty transactions of their own would write each a page of sessions, of tokens and of six indexes.
	if wrote := walFrames(t, s) - frames; wrote > 60 {
		t.Errorf("the group wrote %d pages; want one transaction's, some 20", wrote)
	}
}

// walFrames is the number of pages in the write-ahead log.
func walFrames(t *testing.T, s *Store) int {
	t.Helper()
	var busy, log, done number
	if err := row(s.read.db, `PRAGMA wal_checkpoint(NOOP)`, nil, &busy, &log, &done); err != nil {
		t.Fatal(err)
	}
	return int(log)
}

func TestTakingBackTwiceInOneGroupIsOneEntry(t *testing.T) {
	s := openTest(t)
	o := testOpening("ann")
	if err := s.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, sel := range []session.Selector{session.ByToken(o.Access.ID), session.BySession(o.Session.ID), session.BySubject("bob"), session.ByClient("app")} {
		if sel == session.BySubject("bob") {
			if err := s.Open(t.Context(), testOpening("bob")); err != nil {
				t.Fatal(err)
			}
		}
		before, err := s.Read(t.Context(), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		release := hold(t, s)
		results := make([]session.Revoked, 10)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() {
				var err error
				if results[i], err = s.Revoke(t.Context(), sel, time.Unix(1500, 0)); err != nil {
					t.Error(err)
				}
			})
		}
		queued(t, s, len(results))
		release()
		all.Wait()
		ended := 0
		for _, r := range results {
			ended += r.Ended
			if r.Seq != before.Head+1 {
				t.Errorf("by %v: entry %d, want %d", sel.Target, r.Seq, before.Head+1)
			}
		}
		if want := map[session.Target]int{session.TargetSession: 1, session.TargetSubject: 1}[sel.Target]; ended != want {
			t.Errorf("by %v: ended %d, want %d", sel.Target, ended, want)
		}
	}
	if n := numberOf(t, s, `SELECT count(*) FROM barriers WHERE seq > 1000000`); n != 0 {
		t.Errorf("%d barriers kept a pending number", n)
	}
	if n := numberOf(t, s, `SELECT count(*) FROM sessions WHERE ended_seq > 1000000`); n != 0 {
		t.Errorf("%d sessions kept a pending number", n)
	}
}

// A rotation or an opening that comes behind a taking-back in the same transaction does not get past it.
func TestNothingGetsPastATakingBackInItsGroup(t *testing.T) {
	s := openTest(t)
	o, late := testOpening("ann"), testOpening("ann")
	if err := s.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	release := hold(t, s)
	var all sync.WaitGroup
	all.Go(func() {
		if done, err := s.Revoke(t.Context(), session.BySubject("ann"), time.Unix(1500, 0)); err != nil || done != (session.Revoked{Seq: 1, Ended: 1}) {
			t.Errorf("Revoke = %+v, %v", done, err)
		}
	})
	queued(t, s, 1)
	pair := session.PairDigest{Access: session.NewHandle(session.Access).Digest(), Refresh: session.NewHandle(session.Refresh).Digest()}
	all.Go(func() {
		got, err := s.Rotate(t.Context(), &session.Rotation{
			Presented: o.Refresh.Digest, Client: "app", Pairs: []session.PairDigest{pair}, AccessTTL: time.Minute, At: time.Unix(1500, 0),
		})
		if err != nil || got.Outcome != session.Refused {
			t.Errorf("Rotate = %+v, %v; want it refused", got, err)
		}
	})
	queued(t, s, 2)
	all.Go(func() {
		if err := s.Open(t.Context(), late); err != nil {
			t.Error(err)
		}
	})
	queued(t, s, 3)
	release()
	all.Wait()
	for _, d := range []session.Digest{o.Access.Digest, o.Refresh.Digest, pair.Access, pair.Refresh, late.Access.Digest} {
		if found, err := s.Lookup(t.Context(), d); err != nil || found.Known && !found.Revoked {
			t.Errorf("Lookup = %+v, %v; want nothing alive", found, err)
		}
	}
	if late.Session.Born >= 1 {
		t.Errorf("what was opened in the taking-back's transaction is born at %d, and row and log disagree", late.Session.Born)
	}
}

func TestTakingBackASubjectWritesAsManyRowsForAThousandSessionsAsForOne(t *testing.T) {
	s := openTest(t)
	rows := func(subject string) int {
		t.Helper()
		before := changes(t, s)
		if _, err := s.Revoke(t.Context(), session.BySubject(subject), time.Unix(1500, 0)); err != nil {
			t.Fatal(err)
		}
		return changes(t, s) - before
	}
	var all sync.WaitGroup
	for i := range 1001 {
		all.Go(func() {
			if err := s.Open(t.Context(), testOpening([]string{"many", "one"}[i/1000])); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if one, many := rows("one"), rows("many"); one != many || many > 5 {
		t.Errorf("%d rows for a thousand sessions and %d for one, want the same few", many, one)
	}
}

// changes counts the rows that the writer has ever changed.
func changes(t *testing.T, s *Store) int {
	t.Helper()
	var n number
	if err := s.write.conn.QueryRowContext(t.Context(), `SELECT total_changes()`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return int(n)
}
