package guard_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// byHand is a fence whose clock and log the test moves.
type byHand struct {
	*revocation.Holder
	now      revocation.Instant
	head     session.Seq
	log      string
	readings int    // of the clock
	reading  func() // happens just before the next one
	sets     int    // how often the set was asked for
	looking  func() // happens just before the set is asked for the nth time
	nth      int
}

func newByHand() *byHand {
	f := &byHand{Holder: revocation.NewHolder(2 * time.Second), now: revocation.Instant(time.Hour), log: "log-1"}
	f.hear()
	return f
}

// hear is a poll that brings entries, and a lease.
func (f *byHand) hear(taken ...session.Selector) {
	page := revocation.Page{Log: f.log, After: f.head, Of: f.log, Lease: 2 * time.Second}
	for _, sel := range taken {
		f.head++
		page.Entries = append(page.Entries, revocation.Entry{Seq: f.head, Selector: sel})
	}
	page.Head = f.head
	if more, err := f.Follow(page, f.now); more || err != nil {
		panic("the test tells the log wrongly")
	}
	f.Extend(f.now, page)
}

func (f *byHand) Fresh(context.Context) error {
	f.readings++
	if f.Believes(f.now) {
		return nil
	}
	return revocation.ErrStale
}

func (f *byHand) Mark() revocation.Mark {
	f.readings++
	if happens := f.reading; happens != nil {
		f.reading = nil
		happens()
	}
	return f.Holder.Mark(f.now)
}

func (f *byHand) Set() *revocation.Set {
	if f.sets++; f.looking != nil && f.sets == f.nth {
		f.looking()
	}
	return f.Holder.Set()
}

// counted counts the questions for keys: one of them is what a remembered verdict asks.
type counted struct {
	hybrid.Keys
	n int
}

func (c *counted) Find(ctx context.Context, id string, at time.Time) (jwks.Key, bool, error) {
	c.n++
	return c.Keys.Find(ctx, id, at)
}

// recalled is a guard behind a fence by hand that has seen a token.
func recalled(t *testing.T) (g *guard.Guard, f *byHand, keys *counted, token string, marks session.Selector) {
	t.Helper()
	a := attacker{guardtest.New(t), t}
	f, sid := newByHand(), session.NewID()
	cfg := a.Config(guard.JWTLease, "orders")
	keys = &counted{Keys: cfg.Keys}
	cfg.Fence, cfg.Stale, cfg.Keys = f, guard.StaleReject, keys
	g, err := guard.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	token = a.saying(map[string]any{"sid": sid.String(), "asof": 0})
	want(t, g, token, true, "at first")
	f.readings, keys.n = 0, 0
	return g, f, keys, token, session.BySession(sid)
}

func TestARememberedVerdictCostsOneReadingOfTheClock(t *testing.T) {
	g, f, keys, token, _ := recalled(t)
	for range 10 {
		want(t, g, token, true, "remembered")
	}
	if f.readings != 10 || keys.n != 10 {
		t.Errorf("%d readings of the clock and %d questions for a key in 10 calls, want one each", f.readings, keys.n)
	}
}

func TestARememberedVerdictIsNoGoodOnceTheMachineHasSleptThroughTheLease(t *testing.T) {
	g, f, _, token, _ := recalled(t)
	for _, slept := range []time.Duration{2 * time.Second, 8 * time.Hour} {
		f.hear()
		want(t, g, token, true, "before")
		f.now = f.now.Add(slept)
		if a, err := g.Introspect(t.Context(), session.Present(token)); !errors.Is(err, session.ErrUnavailable) || a.Active {
			t.Errorf("after a sleep of %v: Introspect = active %v, %v; want ErrUnavailable", slept, a.Active, err)
		}
	}
	f.hear()
	want(t, g, token, true, "when it hears again")
}

// The lease was over when the question came. It lives again once the set was looked at, by a page that takes the token back.
func TestALeaseThatBeginsAfterTheLookIsNotThatOfTheLook(t *testing.T) {
	g, f, _, token, itsSession := recalled(t)
	f.now = f.now.Add(time.Minute)
	f.reading = func() { f.hear(itsSession) }
	want(t, g, token, false, "taken back in the midst of it")
}

// The process was stopped between its look at the set and its reading of the clock.
func TestWhatWasLookedUpBeforeAPauseIsNotBelievedAfterIt(t *testing.T) {
	g, f, _, token, _ := recalled(t)
	f.reading = func() { f.now = f.now.Add(time.Minute) }
	if a, err := g.Introspect(t.Context(), session.Present(token)); !errors.Is(err, session.ErrUnavailable) || a.Active {
		t.Errorf("Introspect = active %v, %v; want ErrUnavailable", a.Active, err)
	}
}

func TestAVerdictIsVerifiedAnewBeforeWhatCoversItMayBeForgotten(t *testing.T) {
	g, f, keys, token, _ := recalled(t)
	f.now = f.now.Add(revocation.Memory)
	f.hear()
	want(t, g, token, true, "old")
	if keys.n < 2 {
		t.Error("it was believed for as long as entries are remembered")
	}
}

func TestAVerdictOfAnotherLogIsNotBelieved(t *testing.T) {
	g, f, _, token, itsSession := recalled(t)
	f.log, f.head = "log-2", 0
	f.hear(itsSession)
	if a, err := g.Introspect(t.Context(), session.Present(token)); !errors.Is(err, session.ErrUnavailable) || a.Active {
		t.Errorf("Introspect = active %v, %v; want ErrUnavailable: the numbers of one log mean nothing in another", a.Active, err)
	}
}
