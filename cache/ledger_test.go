package cache

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sessiontest"
)

// ledger is a store that a test can hold up in the middle of a look-up, let fall behind, and restore from an older copy.
type ledger struct {
	*sessiontest.Memory

	mu     sync.Mutex // guards what follows
	log    string     // when set, the log's id
	hidden map[session.Digest]bool
	behind session.Seq   // look-ups answer as of so many entries ago, when nothing was taken back
	gate   chan struct{} // when set, a look-up waits for it between reading and returning
	read   chan struct{} // is told when a look-up has read
}

var errDown = errors.New("pulled the plug")

func newLedger() *ledger {
	l := &ledger{Memory: sessiontest.NewMemory(), hidden: map[session.Digest]bool{}}
	if err := l.AddClient(context.Background(), caller.Client{ID: "shop", Roles: caller.Login}); err != nil {
		panic(err)
	}
	return l
}

func (l *ledger) issue(t session.Token) session.Token {
	o := &session.Opening{
		Session: session.Session{
			ID: t.SessionID, Subject: t.Subject, Client: t.Client, Audience: t.Audience, Scope: t.Scope, OpenedAt: t.IssuedAt, ExpiresAt: t.ExpiresAt,
		},
		Access: t,
	}
	kept := &o.Access
	if t.Kind == session.Refresh {
		o.Refresh, kept = t, &o.Refresh
		o.Access.Kind, o.Access.ID, o.Access.Digest = session.Access, session.NewID(), session.NewHandle(session.Access).Digest()
	}
	if err := l.Open(context.Background(), o); err != nil {
		panic(err)
	}
	return *kept
}

// revoke takes back and says which entry did it.
func (l *ledger) revoke(sel session.Selector) session.Seq {
	done, err := l.Revoke(context.Background(), sel, time.Now())
	if err != nil {
		panic(err)
	}
	return done.Seq
}

// stir makes an entry that is nobody else's business.
func (l *ledger) stir() session.Seq {
	l.issue(token(session.NewHandle(session.Access).Digest(), "bob"))
	return l.revoke(session.BySubject("bob"))
}

func (l *ledger) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

func (l *ledger) LookupEach(ctx context.Context, ds []session.Digest) []session.Looked {
	return l.hand(ctx, ds, l.Memory.LookupEach(ctx, ds))
}

func (l *ledger) LookupID(ctx context.Context, id session.ID) (session.Finding, error) {
	f, err := l.Memory.LookupID(ctx, id)
	one := l.hand(ctx, []session.Digest{f.Token.Digest}, []session.Looked{{Finding: f, Err: err}})[0]
	return one.Finding, one.Err
}

// hand holds up all that was read together.
func (l *ledger) hand(ctx context.Context, ds []session.Digest, found []session.Looked) []session.Looked {
	l.mu.Lock()
	gate := l.gate
	for i, d := range ds {
		f := &found[i].Finding
		switch {
		case l.hidden[d]:
			*f = session.Finding{Head: f.Head}
		case l.behind > 0:
			f.Head, f.Revoked = f.Head-l.behind, false
		}
	}
	l.mu.Unlock()
	if gate == nil {
		return found
	}
	l.read <- struct{}{}
	select {
	case <-gate:
	case <-ctx.Done():
		for i := range found {
			found[i] = session.Looked{Err: ctx.Err()}
		}
	}
	return found
}

func (l *ledger) Read(ctx context.Context, after session.Seq, limit int) (revocation.Page, error) {
	p, err := l.Memory.Read(ctx, after, limit)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.log != "" {
		p.Log = l.log
	}
	return p, err
}

// desk is a cache with all that it stands on, in a bubble whose clock is also the node's.
type desk struct {
	*testing.T
	*ledger
	node  *revocation.Node
	cache *Cache
}

// atDesk runs a test in a bubble. The node renews every 100 ms of the bubble's time, so nothing is renewed while a test does not sleep.
func atDesk(t *testing.T, capacity int, test func(d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		start := time.Now()
		node, err := revocation.NewNode(revocation.NodeConfig{
			Log: l, Lease: 2 * time.Second, Clock: func() revocation.Instant { return revocation.Instant(time.Since(start)) },
		})
		if err != nil {
			t.Fatal(err)
		}
		c, err := New(Config{Store: l, Node: node, Capacity: capacity})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() {
			if err := node.Run(ctx); err != nil {
				t.Errorf("Node.Run = %v", err)
			}
		})
		synctest.Wait() // the first renewal is over
		test(&desk{t, l, node, c})
		c.Close()
		cancel()
		running.Wait()
	})
}

// token is one of a subject, good for an hour. Each has a digest of its own.
func (d *desk) token(subject string) session.Token {
	d.Helper()
	return token(session.NewHandle(session.Access).Digest(), subject)
}

func token(digest session.Digest, subject string) session.Token {
	return session.Token{
		Digest: digest, Kind: session.Access, ID: session.NewID(), SessionID: session.NewID(), Subject: subject, Client: "shop",
		Audience: "orders", Scope: "orders.read orders.write", IssuedAt: session.DateOf(time.Now()),
		ExpiresAt: session.DateOf(time.Now().Add(time.Hour)),
	}
}

// numbered is a digest without any randomness; those with the same key share the bits that the memory goes by.
func numbered(key, n uint64) (d session.Digest) {
	binary.LittleEndian.PutUint64(d[:], key)
	d[23] = 1 // no digest ends in zeros
	binary.LittleEndian.PutUint64(d[24:], n)
	return d
}

func (d *desk) find(t session.Token) session.Standing {
	d.Helper()
	found, err := d.cache.Find(context.Background(), t.Digest, time.Now(), nil)
	if err != nil {
		d.Fatalf("Find: %v", err)
	}
	if found.Standing != session.Unknown && found.Token.Digest != t.Digest {
		d.Fatalf("Find(%v) answers with the token %v", t.Digest, found.Token.Digest)
	}
	return found.Standing
}

func (d *desk) want(t session.Token, want session.Standing) {
	d.Helper()
	if got := d.find(t); got != want {
		d.Errorf("Find(%v) = %d, want %d (0 unknown, 1 gone, 2 good)", t.Digest, got, want)
	}
}

// remembers asks, and makes sure that the answer is in memory.
func (d *desk) remembers(t session.Token) {
	d.Helper()
	d.want(t, session.Good)
	d.cache.memory.Wait()
	if _, ok := d.cache.remembered(t.Digest); !ok {
		d.Fatalf("%v is not in memory after it was asked for", t.Digest)
	}
}

func (d *desk) settle(seq session.Seq) {
	d.Helper()
	if err := d.node.Settle(context.Background(), seq); err != nil {
		d.Fatal(err)
	}
}

// hold stops look-ups between reading and returning. It returns what to wait for, and how to let them go.
func (d *desk) hold() (read <-chan struct{}, release func()) {
	gate := make(chan struct{})
	told := make(chan struct{}, 100)
	d.set(func() { d.gate, d.ledger.read = gate, told })
	return told, func() {
		d.set(func() { d.gate = nil })
		close(gate)
	}
}

// asked is a question that runs beside the test.
func (d *desk) asked(t session.Token) <-chan session.Standing {
	answer := make(chan session.Standing, 1)
	go func() {
		found, err := d.cache.Find(context.Background(), t.Digest, time.Now(), nil)
		if err != nil {
			d.Errorf("Find: %v", err)
		}
		answer <- found.Standing
	}()
	return answer
}

func (d *desk) wantUnavailable(t session.Token) {
	d.Helper()
	found, err := d.cache.Find(context.Background(), t.Digest, time.Now(), nil)
	if !errors.Is(err, session.ErrUnavailable) {
		d.Errorf("Find = %v, %v, want ErrUnavailable", found.Standing, err)
	}
}
