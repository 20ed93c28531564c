package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"

	"github.com/introspectd/introspectd/session"
)

// wantUnavailable checks that an error says "could not find out", names the file and what to do, and holds nothing of the driver.
func wantUnavailable(t *testing.T, s *Store, what string, err error, words string) {
	t.Helper()
	if !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("%s: error %v, want one that wraps ErrUnavailable", what, err)
		return
	}
	if !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), s.path) {
		t.Errorf("%s: error %q, want one that says %q and names %s", what, err, words, s.path)
	}
	if _, ok := errors.AsType[sqlite3.Error](err); ok {
		t.Errorf("%s: the driver's error is inside %q", what, err)
	}
}

// pragma sets something on the connection that writes.
func pragma(t *testing.T, s *Store, text string) {
	t.Helper()
	if _, err := s.write.conn.ExecContext(t.Context(), "PRAGMA "+text); err != nil {
		t.Fatal(err)
	}
}

func TestFullDiskIsSaidAndLeavesNothingHalfDone(t *testing.T) {
	s := openTest(t)
	first := testOpening("first")
	if err := s.Open(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	pragma(t, s, "max_page_count = 1") // SQLite takes the present size
	var opened []*session.Opening
	var failed *session.Opening
	for range 1000 {
		o := testOpening("ann")
		if err := s.Open(t.Context(), o); err != nil {
			wantUnavailable(t, s, "Open on a full disk", err, "the disk is full")
			failed = o
			break
		}
		opened = append(opened, o)
	}
	if failed == nil {
		t.Fatal("the disk never filled up")
	}
	if _, err := s.Revoke(t.Context(), session.BySession(first.Session.ID), time.Unix(1500, 0)); err != nil {
		wantUnavailable(t, s, "Revoke on a full disk", err, "the disk is full")
		if found, err := s.Lookup(t.Context(), first.Access.Digest); err != nil || found.Revoked {
			t.Errorf("after a failed Revoke: %+v, %v", found, err)
		}
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := s.Open(t.Context(), testOpening("crowd")); err != nil {
				wantUnavailable(t, s, "Open on a full disk", err, "the disk is full")
			}
		})
	}
	all.Wait()
	for _, d := range []session.Digest{failed.Access.Digest, failed.Refresh.Digest} {
		if found, err := s.Lookup(t.Context(), d); err != nil || found.Known {
			t.Errorf("Lookup of what could not be opened = %+v, %v", found, err)
		}
	}
	for _, o := range opened {
		if found, err := s.Lookup(t.Context(), o.Refresh.Digest); err != nil || !found.Known {
			t.Errorf("Lookup of what was opened = %+v, %v", found, err)
		}
	}
	pragma(t, s, "max_page_count = 1000000")
	if err := s.Open(t.Context(), failed); err != nil {
		t.Errorf("Open when there is room again: %v", err)
	}
	if n := numberOf(t, s, `SELECT count(*) FROM tokens t LEFT JOIN sessions s ON s.number = t.session WHERE s.id IS NULL`); n != 0 {
		t.Errorf("%d tokens without a session", n)
	}
}

func TestReadOnlyDatabaseIsSaidAndCheckFindsOutWhenItIsOver(t *testing.T) {
	s := openTest(t)
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
	pragma(t, s, "query_only = 1")
	wantUnavailable(t, s, "Open", s.Open(t.Context(), testOpening("ann")), "cannot be written")
	_, err := s.Revoke(t.Context(), session.ByKey("k"), time.Unix(1500, 0))
	wantUnavailable(t, s, "Revoke", err, "cannot be written")
	wantUnavailable(t, s, "Check", s.Check(t.Context()), "cannot be written")
	if _, err := s.Lookup(t.Context(), session.Digest{}); err != nil {
		t.Errorf("Lookup while writes fail: %v", err)
	}
	pragma(t, s, "query_only = 0")
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("Check when writes work again: %v", err)
	}
	if s.write.failing.Load() {
		t.Error("a write that went through is not noticed")
	}
}

func TestLockedDatabaseIsSaidAfterPatience(t *testing.T) {
	s := openTest(t)
	other, err := sql.Open(driverName, s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	lock := func(statement string) {
		t.Helper()
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	lock(`BEGIN IMMEDIATE`)
	begun := time.Now()
	wantUnavailable(t, s, "Open", s.Open(t.Context(), testOpening("ann")), "another process has locked")
	if took := time.Since(begun); took < s.write.patience {
		t.Errorf("gave up after %v, want %v", took, s.write.patience)
	}
	if _, err := s.Lookup(t.Context(), session.Digest{}); err != nil {
		t.Errorf("Lookup while another writes: %v", err)
	}
	patient, err := Open(t.Context(), Config{DSN: s.path, Patience: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = patient.Close() }()
	finishing := time.AfterFunc(100*time.Millisecond, func() { lock(`COMMIT`) })
	defer finishing.Stop()
	if err := patient.Open(t.Context(), testOpening("ann")); err != nil {
		t.Errorf("Open while another finishes: %v", err)
	}
}

func TestFileLockedAtTheStartIsSaid(t *testing.T) {
	s := openTest(t)
	path := s.path
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open(driverName, "file:"+path+"?_locking_mode=EXCLUSIVE")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	other.SetMaxOpenConns(1)
	if _, err := other.Exec(`UPDATE head SET seq = seq`); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), Config{DSN: path, Patience: 50 * time.Millisecond})
	wantUnavailable(t, s, "Open", err, "another process has locked")
}

// A connection that lost its transaction must not write the rest of a group outside of any.
func TestATransactionThatEndedByItselfIsNotWrittenPieceByPiece(t *testing.T) {
	s := openTest(t)
	release := hold(t, s)
	var all sync.WaitGroup
	all.Go(func() {
		err := s.do(t.Context(), "lose", func(b *batch) (func(commit), error) {
			if _, err := exec(b.db, `ROLLBACK`); err != nil { // as SQLite does by itself after a disk error
				return nil, err
			}
			return nil, sqlite3.Error{Code: sqlite3.ErrIoErr}
		})
		wantUnavailable(t, s, "who met the disk error", err, s.path)
	})
	queued(t, s, 1)
	o := testOpening("ann")
	var err error
	all.Go(func() { err = s.Open(t.Context(), o) })
	queued(t, s, 2)
	release()
	all.Wait()
	found, lookup := s.Lookup(t.Context(), o.Access.Digest)
	if lookup != nil || found.Known != (err == nil) {
		t.Errorf("Open ended with %v, and the token is known: %v, %v", err, found.Known, lookup)
	}
	if err := s.Open(t.Context(), testOpening("bob")); err != nil {
		t.Errorf("Open afterwards: %v", err)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for code, words := range map[sqlite3.ErrNo]string{
		sqlite3.ErrFull: "make room", sqlite3.ErrReadonly: "check its owner", sqlite3.ErrBusy: "another process has locked", sqlite3.ErrLocked: "another process has locked",
		sqlite3.ErrIoErr: "the disk gives errors", sqlite3.ErrCorrupt: "restore it from a copy", sqlite3.ErrNotADB: "not an SQLite database",
		sqlite3.ErrCantOpen: "cannot be opened", sqlite3.ErrConstraint: "there already", sqlite3.ErrMisuse: "",
	} {
		s := &Store{path: "some.db"}
		wantUnavailable(t, s, "plain", translate("open", s.path, fmt.Errorf("x: %w", sqlite3.Error{Code: code})), words)
		wantUnavailable(t, s, "commit", translate("open", s.path, &uncommitted{sqlite3.Error{Code: code}}), "outcome of the commit is unknown")
	}
	for _, err := range []error{context.Canceled, context.DeadlineExceeded} {
		if got := translate("open", "some.db", err); !errors.Is(got, session.ErrUnavailable) || !errors.Is(got, err) {
			t.Errorf("translate(%v) = %v, want it and ErrUnavailable", err, got)
		}
	}
}

// Ten thousand callers leave while their lookup is under way, on connections that others use next.
func TestCallersWhoLeaveNeverCauseAnothersRow(t *testing.T) {
	s := openTest(t)
	openings := make([]*session.Opening, 100)
	for i := range openings {
		openings[i] = testOpening(fmt.Sprint("subject ", i))
		if err := s.Open(t.Context(), openings[i]); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	var left, answered [16]int
	for worker := range left {
		all.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(worker)))
			for n := range 10_000 / len(left) {
				o := openings[random.IntN(len(openings))]
				stay := time.Duration(random.IntN(60_000))
				switch n { // however fast the machine is, some leave, and some are answered
				case 0:
					stay = 0
				case 1:
					stay = time.Hour
				}
				ctx, cancel := context.WithTimeout(t.Context(), stay)
				found, err := s.Lookup(ctx, o.Access.Digest)
				cancel()
				switch {
				case errors.Is(err, session.ErrUnavailable) && found == session.Finding{}:
					left[worker]++
				case err == nil && found.Known && !found.Revoked && found.Token == o.Access:
					answered[worker]++
				default:
					t.Errorf("Lookup of %v = %+v, %v", o.Access.Digest, found, err)
				}
			}
		})
	}
	all.Wait()
	sum := func(n [16]int) (out int) {
		for _, x := range n {
			out += x
		}
		return out
	}
	if sum(left) == 0 || sum(answered) == 0 {
		t.Errorf("%d left and %d were answered: this test shows nothing", sum(left), sum(answered))
	}
}

func TestARowUnderAnothersDigestIsAnError(t *testing.T) {
	f := func(text string) error {
		s := openTest(t)
		o := testOpening("ann")
		if err := s.Open(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{"PRAGMA foreign_keys = 0", text} {
			if _, err := s.write.conn.ExecContext(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		found, err := s.Lookup(t.Context(), o.Access.Digest)
		if err != nil && found != (session.Finding{}) {
			t.Errorf("an error came with %+v", found)
		}
		wantUnavailable(t, s, text, err, "look up token")
		return err
	}
	for _, damage := range []string{
		`DELETE FROM sessions`,
		`UPDATE tokens SET session = session + 1`,
		`UPDATE tokens SET id = x'0102'`,
	} {
		if f(damage) == nil {
			t.Errorf("%s: no error", damage)
		}
	}
}
