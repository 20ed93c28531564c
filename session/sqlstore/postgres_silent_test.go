package sqlstore_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore"
	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

// wire is a network in which the connection that carries the last step of a taking-back goes dead.
type wire struct {
	listener net.Listener
	to       string
	armed    atomic.Bool // the next last step is met
	deliver  bool        // the step itself arrives, and only the answer does not
	met      atomic.Int64
}

// lastStep stands in the message that takes a number, and in no other.
var lastStep = []byte("; COMMIT")

// behind puts a wire before a database. The URL is the way through it.
func behind(t *testing.T, dsn string, deliver bool) (*wire, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	w := &wire{listener: l, to: u.Host, deliver: deliver}
	go w.run()
	u.Host = l.Addr().String()
	return w, u.String()
}

func (w *wire) run() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.to)
		if err != nil {
			_ = near.Close()
			continue
		}
		dead := new(atomic.Bool)
		go w.carry(near, far, dead, true)
		go w.carry(far, near, dead, false)
	}
}

// carry swallows what comes on a dead connection, and closes nothing: as when a cable is pulled.
func (w *wire) carry(from, to net.Conn, dead *atomic.Bool, outward bool) {
	buf := make([]byte, 1<<16)
	for {
		n, err := from.Read(buf)
		if err != nil {
			if !dead.Load() || errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) && outward && w.deliver {
				_ = to.Close()
			}
			return
		}
		if outward && bytes.Contains(buf[:n], lastStep) && w.armed.CompareAndSwap(true, false) {
			w.met.Add(1)
			if w.deliver {
				dead.Store(true)
				_, _ = to.Write(buf[:n])
				continue
			}
			dead.Store(true)
		}
		if !dead.Load() {
			_, _ = to.Write(buf[:n])
		}
	}
}

// opened has sessions for so many subjects.
func opened(t *testing.T, s *sqlstore.Store, n int) []*session.Opening {
	t.Helper()
	if err := s.AddClient(t.Context(), caller.Client{ID: "app", Roles: caller.Service}); err != nil {
		t.Fatal(err)
	}
	all := make([]*session.Opening, n)
	for i := range all {
		all[i] = benchOpening(uint64(i))
		if err := s.Open(t.Context(), all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// A node that is cut off in its last step has either done it or not begun it: it never keeps the counter (pitfall P39).
func TestANodeCutOffInItsLastStepStopsNobodyElse(t *testing.T) {
	dsn := pgtest.Database(t)
	w, through := behind(t, dsn, false)
	const limit = 5 * time.Second // until the server ends what the dead node began; no machine stands still for so long
	a := openWith(t, sqlstore.Config{DSN: through, Migrate: true, Limit: limit, Patience: limit})
	b := openWith(t, sqlstore.Config{DSN: dsn, Patience: 10 * limit})
	all := opened(t, b, 3)
	w.armed.Store(true)
	ended := make(chan error, 1)
	go func() {
		_, err := a.Revoke(t.Context(), session.BySession(all[0].Session.ID), benchStart)
		ended <- err
	}()
	for w.met.Load() == 0 {
		select {
		case err := <-ended:
			t.Fatalf("Revoke = %v before its last step", err)
		case <-time.After(time.Millisecond):
		}
	}
	for _, c := range []struct {
		i    int
		most time.Duration
	}{{1, limit * 4 / 5}, {0, 2*limit + time.Second}} { // 0 is the session that the node has a lock on
		begun := time.Now()
		if _, err := b.Revoke(t.Context(), session.BySession(all[c.i].Session.ID), benchStart); err != nil {
			t.Errorf("Revoke of session %d by another node: %v", c.i, err)
		}
		if took := time.Since(begun); took > c.most {
			t.Errorf("Revoke of session %d by another node took %v, want at most %v", c.i, took, c.most)
		}
	}
	if err := <-ended; !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Revoke by the node that was cut off = %v, want ErrUnavailable", err)
	}
	if p, err := b.Read(t.Context(), 0, 10); err != nil || p.Head != 2 || len(p.Entries) != 2 {
		t.Errorf("log = %+v, %v; want two entries", p, err)
	}
	if _, err := a.Revoke(t.Context(), session.BySession(all[2].Session.ID), benchStart); err != nil {
		t.Errorf("Revoke when the network is back: %v", err)
	}
}

func TestALostAnswerToACommitIsSaidToBeUnknown(t *testing.T) {
	dsn := pgtest.Database(t)
	w, through := behind(t, dsn, true)
	a := openWith(t, sqlstore.Config{DSN: through, Migrate: true, Patience: 3 * time.Second})
	b := openAt(t, dsn)
	all := opened(t, b, 1)
	w.armed.Store(true)
	_, err := a.Revoke(t.Context(), session.BySession(all[0].Session.ID), benchStart)
	if !errors.Is(err, session.ErrUnavailable) || !strings.Contains(err.Error(), "outcome of the commit is unknown") {
		t.Errorf("Revoke = %v, want ErrUnavailable that says that the outcome is unknown", err)
	}
	if found, err := b.Lookup(t.Context(), all[0].Access.Digest); err != nil || !found.Revoked {
		t.Errorf("Lookup = %+v, %v; want it taken back: the step had arrived", found, err)
	}
	done, err := a.Revoke(t.Context(), session.BySession(all[0].Session.ID), benchStart)
	if err != nil || done.Seq != 1 || done.Ended != 0 {
		t.Errorf("Revoke again = %+v, %v; want the same entry", done, err)
	}
}

// A transaction that has taken its number and does not commit holds up whoever comes after it, so that no reader passes it (pitfall P1).
func TestNumbersAreSeenInTheOrderOfCommits(t *testing.T) {
	for _, end := range []string{"COMMIT", "ROLLBACK"} {
		t.Run(end, func(t *testing.T) {
			dsn := pgtest.Database(t)
			s := openAt(t, dsn)
			all := opened(t, s, 1)
			slow := raw(t, dsn)
			for _, q := range []string{"BEGIN", "UPDATE head SET seq = seq + 1", "INSERT INTO entries (seq, target, name, at, until) VALUES (1, 5, 'k', 1, 2000000000)"} {
				run1(t, slow, q)
			}
			ended := make(chan session.Seq, 1)
			go func() {
				done, err := s.Revoke(t.Context(), session.BySession(all[0].Session.ID), benchStart)
				if err != nil {
					t.Error(err)
				}
				ended <- done.Seq
			}()
			select {
			case seq := <-ended:
				t.Errorf("entry %d was committed before one with a smaller number", seq)
			case <-time.After(300 * time.Millisecond):
			}
			if p, err := s.Read(t.Context(), 0, 10); err != nil || p.Head != 0 {
				t.Errorf("log = %+v, %v while nobody has committed", p, err)
			}
			run1(t, slow, end)
			want := session.Seq(2)
			if end == "ROLLBACK" {
				want = 1 // no gap
			}
			if seq := <-ended; seq != want {
				t.Errorf("entry %d, want %d", seq, want)
			}
			if p, err := s.Read(t.Context(), 0, 10); err != nil || p.Head != want || len(p.Entries) != int(want) {
				t.Errorf("log = %+v, %v; want %d entries", p, err, want)
			}
		})
	}
}

// raw is a connection past the store.
func raw(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return conn
}

func run1(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
