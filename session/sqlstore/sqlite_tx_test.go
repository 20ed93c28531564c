package sqlstore

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/introspectd/introspectd/session"
)

// New rows wait within a transaction; nothing in it may notice.
func TestATransactionSeesTheRowsThatItHasYetToWrite(t *testing.T) {
	s := openTest(t)
	o := testOpening("ann")
	err := s.do(t.Context(), "open session", func(b *batch) (func(commit), error) {
		if err := b.insertOpening(o); err != nil {
			return nil, err
		}
		var tokens number
		if err := b.row(`SELECT count(*) FROM tokens t JOIN sessions s ON s.number = t.session WHERE s.id = ?`, []any{raw(o.Session.ID[:])}, &tokens); err != nil || tokens != 2 {
			t.Errorf("a reader sees %d tokens, %v; want 2", tokens, err)
		}
		late := testOpening("bob")
		if err := b.insertOpening(late); err != nil {
			return nil, err
		}
		n, err := b.exec(`UPDATE tokens SET used_ms = 1 WHERE session = (SELECT number FROM sessions WHERE id = ?)`, raw(late.Session.ID[:]))
		if err != nil || n != 2 {
			t.Errorf("a writer changes %d tokens, %v; want 2", n, err)
		}
		after := testOpening("cid")
		if err := b.insertOpening(after); err != nil {
			return nil, err
		}
		return nil, b.later(`UPDATE tokens SET used_ms = 2 WHERE session = (SELECT number FROM sessions WHERE id = ?)`, raw(after.Session.ID[:]))
	})
	if err != nil {
		t.Fatal(err)
	}
	for used, want := range []int{2, 2, 2} {
		if n := numberOf(t, s, `SELECT count(*) FROM tokens WHERE used_ms = `+string(rune('0'+used))); n != want {
			t.Errorf("%d tokens are marked %d, want %d", n, used, want)
		}
	}
}

func TestMoreNewRowsThanMayWaitAreAllWritten(t *testing.T) {
	s := openTest(t)
	const sessions = maxLater + 10
	err := s.do(t.Context(), "open sessions", func(b *batch) (func(commit), error) {
		for range sessions {
			if err := b.insertOpening(testOpening("ann")); err != nil {
				return nil, err
			}
			for _, rows := range b.tx.(*fileTx).rows {
				if len(rows) > maxLater {
					t.Errorf("%d rows wait, want at most %d", len(rows), maxLater)
				}
			}
		}
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := numberOf(t, s, `SELECT count(*) FROM tokens t JOIN sessions s ON s.number = t.session`); n != 2*sessions {
		t.Errorf("%d tokens, want %d", n, 2*sessions)
	}
}

// A token without its session is refused by the database, whoever wants to write it.
func TestANewTokenNeedsItsSession(t *testing.T) {
	s := openTest(t)
	o := testOpening("ann")
	o.Access.SessionID = session.NewID()
	err := s.Open(t.Context(), o)
	wantUnavailable(t, s, "a token of no session", err, "open session")
	if n := numberOf(t, s, `SELECT count(*) FROM sessions`); n != 0 {
		t.Errorf("%d sessions of a refused opening", n)
	}
}

// SQLite takes its log away when the last connection closes, which it does not while a statement is open.
func TestAClosedStoreLeavesNoStatementOpen(t *testing.T) {
	s := openTest(t)
	if err := s.Open(t.Context(), testOpening("ann")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the log is still there: %v", err)
	}
}
