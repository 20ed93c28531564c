package guard_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// ledger is a log that is nothing else, and the clock of those who follow it, which stands still until the test moves it: however busy the machine
// is, no lease ends by itself.
type ledger struct {
	passed atomic.Int64

	mu      sync.Mutex // guards what follows
	entries []revocation.Entry
	cut     error
}

func (l *ledger) Read(_ context.Context, after session.Seq, limit int) (revocation.Page, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut != nil {
		return revocation.Page{}, l.cut
	}
	rest := l.entries[after:]
	return revocation.Page{Log: "log-1", Head: session.Seq(len(l.entries)), Entries: slices.Clone(rest[:min(len(rest), limit)])}, nil
}

func (l *ledger) revoke(sel session.Selector) session.Seq {
	l.mu.Lock()
	defer l.mu.Unlock()
	seq := session.Seq(len(l.entries) + 1)
	l.entries = append(l.entries, revocation.Entry{Seq: seq, Selector: sel})
	return seq
}

func (l *ledger) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = err
}

// outlive moves the clock past a lease.
func (l *ledger) outlive() { l.passed.Add(int64(lease + lease/3)) }

const lease = 300 * time.Millisecond

// followed is a guard whose fence follows a log.
func followed(t *testing.T, a attacker, capacity int) (*guard.Guard, *ledger, *revocation.Node) {
	t.Helper()
	store := &ledger{}
	node := follower(t, store)
	cfg := a.Config(guard.JWTLease, "orders")
	cfg.Fence, cfg.Stale, cfg.Capacity = node, guard.StaleReject, capacity
	g, err := guard.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return g, store, node
}

// follower follows a log until the test is over, and has a lease.
func follower(t testing.TB, store *ledger) *revocation.Node {
	t.Helper()
	clock := revocation.Clock(revocation.Boottime)
	if _, measured := t.(*testing.B); !measured {
		clock = func() revocation.Instant { return revocation.Instant(store.passed.Load()) }
	}
	node, err := revocation.NewNode(revocation.NodeConfig{Log: store, Lease: lease, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = node.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	hears(t, node)
	return node
}

// hears waits for a lease, for longer than a question would.
func hears(t testing.TB, node *revocation.Node) {
	t.Helper()
	for until := time.Now().Add(time.Minute); !node.Believable(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("there is no lease")
		}
	}
}

// Whatever a token hangs on, behind a fence it is refused as soon as that is taken back, remembered or not. One born later is not.
func TestBehindAFenceWhatIsTakenBackIsRefused(t *testing.T) {
	a := attacker{guardtest.New(t), t}
	id, sid, tid, parent, grandparent := session.NewID(), session.NewID(), session.NewID(), session.NewID(), session.NewID()
	claims := map[string]any{
		"jti": id.String(), "sid": sid.String(), "tid": tid.String(), "sub": "alice", "client_id": "web", "asof": 0,
		"act": map[string]any{"sub": "gateway", "act": map[string]any{"sub": "frontend"}}, "made_from": []string{parent.String(), grandparent.String()},
	}
	for name, sel := range map[string]session.Selector{
		"the token": session.ByToken(id), "the one that it was made of": session.ByToken(parent), "the one before that": session.ByToken(grandparent), "the handle": session.ByToken(tid), "the session": session.BySession(sid), "the subject": session.BySubject("alice"),
		"the client": session.ByClient("web"), "who exchanged it": session.ByClient("gateway"), "who exchanged it before": session.ByClient("frontend"),
		"the key": session.ByKey(a.KeyID()), "everything": session.Everything(),
	} {
		for _, warm := range []bool{true, false} {
			g, store, node := followed(t, a, 100)
			token := a.saying(claims)
			other := a.saying(map[string]any{"sub": "bob", "client_id": "portal", "asof": 0})
			if warm {
				want(t, g, token, true, name+", before")
				want(t, g, other, true, name+", another token before")
			}
			seq := store.revoke(sel)
			if err := node.Settle(t.Context(), seq); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				want(t, g, token, false, name+" taken back")
			}
			want(t, g, other, name != "everything" && name != "the key", name+" taken back, another token")
			claims["asof"] = seq
			want(t, g, a.saying(claims), name != "the key", name+", born after it")
			claims["asof"] = 0
		}
	}
}

func TestAFenceThatHearsNothingLetsNobodyIn(t *testing.T) {
	a := attacker{guardtest.New(t), t}
	g, store, node := followed(t, a, 0)
	known, fresh := a.saying(map[string]any{"asof": 0}), a.saying(map[string]any{"asof": 0})
	want(t, g, known, true, "while it hears")
	store.fail(errors.New("cut off"))
	store.outlive()
	for _, token := range []string{known, fresh} {
		answer, err := g.Introspect(t.Context(), session.Present(token))
		if !errors.Is(err, session.ErrUnavailable) || answer != (introspect.Answer{}) {
			t.Errorf("Introspect = %+v, %v, want ErrUnavailable", answer, err)
		}
	}
	store.fail(nil)
	hears(t, node)
	want(t, g, known, true, "when it hears again")
}
