package cache

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

func TestNewRefusesWhatWouldNotWork(t *testing.T) {
	node, err := revocation.NewNode(revocation.NodeConfig{Log: newLedger()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		config     Config
	}{
		{"no store", "no store", Config{Node: node}},
		{"negative capacity", "capacity", Config{Store: newLedger(), Node: node, Capacity: -1}},
		{"huge capacity", "capacity", Config{Store: newLedger(), Node: node, Capacity: maxCapacity + 1}},
		{"memory without a verdict", "follows", Config{Store: newLedger(), Capacity: 1}},
		{"negative patience", "bounds", Config{Store: newLedger(), Node: node, Patience: -1}},
		{"more under way than waiting", "bounds", Config{Store: newLedger(), Node: node, Loads: 10, Waiting: 9}},
	} {
		if _, err := New(c.config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: New = %v, want an error about %q", c.name, err, c.want)
		}
	}
}

func TestAHitAsksNobody(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(d.token("alice"))
		d.remembers(alice)
		for range 10 {
			found, err := d.cache.Find(d.Context(), alice.Digest, time.Now(), func() error { return errors.New("asked") })
			if err != nil || found.Standing != session.Good || found.Token != alice {
				t.Fatalf("Find = %+v, %v, want %+v", found, err, alice)
			}
		}
		if s := d.cache.Stats(); s.Loads != 1 || s.Hits != 10 || s.Misses != 1 || s.Remembered != 1 {
			t.Errorf("Stats = %+v, want 1 load, 10 hits, 1 miss, 1 remembered", s)
		}
	})
}

func TestWithoutCapacityNothingIsRememberedAndTheLeaseCountsTheSame(t *testing.T) {
	atDesk(t, 0, func(d *desk) {
		alice := d.issue(d.token("alice"))
		for range 3 {
			d.want(alice, session.Good)
		}
		if s := d.cache.Stats(); s.Loads != 3 || s.Remembered != 0 {
			t.Errorf("Stats = %+v, want 3 loads and nothing remembered", s)
		}
		d.settle(d.revoke(session.BySubject("alice")))
		d.want(alice, session.Gone)
		d.Memory.Fail(errDown)
		time.Sleep(3 * time.Second)
		d.wantUnavailable(alice)
	})
}

func TestWithoutANodeTheStoreIsAskedEachTime(t *testing.T) {
	l := newLedger()
	c, err := New(Config{Store: l})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	alice := l.issue(token(numbered(1, 1), "alice"))
	for _, want := range []session.Standing{session.Good, session.Good, session.Gone} {
		if want == session.Gone {
			l.revoke(session.BySubject("alice"))
		}
		found, err := c.Find(t.Context(), alice.Digest, time.Now(), nil)
		if err != nil || found.Standing != want {
			t.Errorf("Find = %d, %v, want %d", found.Standing, err, want)
		}
	}
}

func TestARefreshTokenIsNeverRemembered(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		refresh := d.token("alice")
		refresh.Kind = session.Refresh
		refresh = d.issue(refresh)
		d.want(refresh, session.Good)
		d.cache.memory.Wait()
		d.want(refresh, session.Good)
		if s := d.cache.Stats(); s.Loads != 2 || s.Remembered != 0 {
			t.Errorf("Stats = %+v, want 2 loads and nothing remembered", s)
		}
	})
}

func TestWhatTheStoreCallsTakenBackIsRememberedAsThat(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(d.token("alice"))
		d.settle(d.revoke(session.BySubject("alice")))
		for range 5 {
			d.want(alice, session.Gone)
			d.cache.memory.Wait()
		}
		if s := d.cache.Stats(); s.Loads != 1 {
			t.Errorf("%d look-ups, want 1", s.Loads)
		}
	})
}

func TestWhatIsOldIsReadAnew(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.token("alice")
		alice.ExpiresAt = session.DateOf(time.Now().Add(24 * time.Hour))
		alice = d.issue(alice)
		d.remembers(alice)
		d.settle(d.revoke(session.BySubject("alice")))
		// The set forgets the entry some time after Memory; by then the token must not be believed any more.
		for range 30 {
			time.Sleep(revocation.Memory / 20)
			d.stir()
			d.want(alice, session.Gone)
		}
		if n := d.node.Set().Len(); n >= 30 {
			t.Errorf("the set holds %d entries: it forgot nothing, and this test no longer shows what it is for", n)
		}
		if s := d.cache.Stats(); s.Loads < 2 {
			t.Errorf("%d look-ups in one and a half times what may be remembered, want at least 2", s.Loads)
		}
	})
}

func TestAdmitIsAskedBeforeTheStoreAndItsErrorIsReturned(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(d.token("alice"))
		no := errors.New("no")
		found, err := d.cache.Find(d.Context(), alice.Digest, time.Now(), func() error { return no })
		if !errors.Is(err, no) || found.Standing != session.Unknown {
			t.Errorf("Find = %v, %v, want the admit's error", found, err)
		}
		if s := d.cache.Stats(); s.Loads != 0 {
			t.Errorf("%d look-ups, want none", s.Loads)
		}
	})
}

func TestAStoreThatIsAwayIsAnErrorAndNotRemembered(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(d.token("alice"))
		d.Memory.Fail(errDown)
		d.wantUnavailable(alice)
		d.Memory.Fail(nil)
		d.want(alice, session.Good)
	})
}

func TestWhoGoesAwayDoesNotEndTheLookUpForOthers(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(d.token("alice"))
		read, release := d.hold()
		ctx, cancel := context.WithCancel(d.Context())
		gone := make(chan error, 1)
		go func() {
			_, err := d.cache.Find(ctx, alice.Digest, time.Now(), nil)
			gone <- err
		}()
		<-read
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) || !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("Find of who went away = %v, want Canceled and ErrUnavailable", err)
		}
		release()
		synctest.Wait()
		d.cache.memory.Wait()
		if _, ok := d.cache.remembered(alice.Digest); !ok {
			t.Error("the look-up ended with the one who had asked for it")
		}
	})
}

func TestALookUpThatHangsIsGivenUp(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(d.token("alice"))
		_, release := d.hold()
		defer release()
		begun := time.Now()
		d.wantUnavailable(alice)
		if took := time.Since(begun); took != 5*time.Second {
			t.Errorf("given up after %v, want 5s", took)
		}
	})
}

func TestLookUpsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		c, err := New(Config{Store: l, Loads: 2, Waiting: 5})
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{T: t, ledger: l, cache: c}
		read, release := d.hold()
		var answers []<-chan session.Standing
		for i := range 5 {
			answers = append(answers, d.asked(d.issue(token(numbered(1, uint64(i)), "alice"))))
			synctest.Wait() // the first two are under way alone
		}
		if len(read) != 2 {
			t.Errorf("%d groups of look-ups under way, want 2", len(read))
		}
		d.wantUnavailable(token(numbered(1, 9), "alice")) // a sixth digest does not fit
		ending := make(chan error, 1)
		go func() { // but who ends a session by its token is not refused
			found, err := c.Lookup(context.Background(), d.issue(token(numbered(1, 8), "alice")).Digest)
			if err == nil && !found.Known {
				err = errors.New("not known")
			}
			ending <- err
		}()
		answers = append(answers, d.asked(token(numbered(1, 0), "alice"))) // another question about the first does
		synctest.Wait()
		if c.flights.extra != 1 || len(c.flights.lines) != 6 {
			t.Errorf("%d lines, of which %d beyond the bound, want 6 and 1", len(c.flights.lines), c.flights.extra)
		}
		release()
		for i, a := range answers {
			if got := <-a; got != session.Good {
				t.Errorf("question %d: %d, want good", i, got)
			}
		}
		if err := <-ending; err != nil {
			t.Errorf("Lookup: %v", err)
		}
		synctest.Wait()
		if c.flights.extra != 0 || len(c.flights.lines) != 0 {
			t.Errorf("%d lines are left, and %d beyond the bound", len(c.flights.lines), c.flights.extra)
		}
		if s := c.Stats(); s.Loads != 7 {
			t.Errorf("Stats = %+v, want 7 look-ups", s)
		}
		c.Close()
	})
}

// Two groups wait before the one who ends a session comes, and the store answers after their time but within his.
func TestWhoEndsASessionWaitsForAsLongAsIfHeHadComeAlone(t *testing.T) {
	for _, c := range []struct {
		released time.Duration // after the first question
		good     bool
	}{
		{5*time.Second + 200*time.Millisecond, true},
		{20 * time.Second, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := newLedger()
			k, err := New(Config{Store: l, Loads: 1})
			if err != nil {
				t.Fatal(err)
			}
			d := &desk{T: t, ledger: l, cache: k}
			alice := d.issue(token(numbered(1, 8), "alice"))
			_, release := d.hold()
			go d.wantUnavailable(token(numbered(1, 0), "bob"))
			time.Sleep(100 * time.Millisecond)
			go d.wantUnavailable(token(numbered(1, 1), "bob"))
			time.Sleep(4800 * time.Millisecond)
			begun, ended := time.Now(), make(chan struct{})
			go func() {
				defer close(ended)
				found, err := k.Lookup(context.Background(), alice.Digest)
				if took := time.Since(begun); (err == nil) != c.good || found.Known != c.good || took > 10*time.Second {
					t.Errorf("released after %v: %+v, %v after %v", c.released, found, err, took)
				}
			}()
			time.Sleep(c.released - 4900*time.Millisecond)
			release()
			<-ended
			synctest.Wait()
			k.Close()
		})
	}
}

func TestQuestionsWaitNoLongerForTheirTurnThanForTheLookUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		c, err := New(Config{Store: l, Loads: 1, Waiting: 5})
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{T: t, ledger: l, cache: c}
		_, release := d.hold()
		for i := range 3 {
			go d.wantUnavailable(token(numbered(1, uint64(i)), "alice"))
		}
		time.Sleep(5*time.Second + time.Millisecond)
		release()
		synctest.Wait()
		c.Close()
		d.wantUnavailable(token(numbered(1, 1), "alice")) // closed
	})
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	before := goleak.IgnoreCurrent()
	node, err := revocation.NewNode(revocation.NodeConfig{Log: newLedger()})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{Store: newLedger(), Node: node, Capacity: 1000})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	c.Close()
	goleak.VerifyNone(t, before)
	if s := c.Stats(); s.Remembered != 0 {
		t.Errorf("Stats after Close = %+v", s)
	}
}

// Many ask while tokens are opened and taken back, with a memory too small for all: what a question that begins after a taking-back has
// settled finds is gone, and what was opened is good.
func TestManyAtOnce(t *testing.T) {
	l := newLedger()
	node, err := revocation.NewNode(revocation.NodeConfig{Log: l, Lease: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{Store: l, Node: node, Capacity: 20})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running, asking sync.WaitGroup
	running.Go(func() { _ = node.Run(ctx) })
	find := func(d session.Digest) session.Standing {
		found, err := c.Find(ctx, d, time.Now(), nil)
		if err != nil {
			t.Errorf("Find: %v", err)
		}
		return found.Standing
	}
	for who := range 4 {
		asking.Go(func() {
			for i := range 150 {
				tok := l.issue(token(numbered(rand.Uint64()%8, uint64(who*1000+i)), "alice"))
				for range 5 {
					if got := find(tok.Digest); got != session.Good {
						t.Errorf("opened and not taken back: %d, want good", got)
					}
				}
				var late sync.WaitGroup
				late.Go(func() { find(tok.Digest) })
				seq := l.revoke(session.ByToken(tok.ID))
				if err := node.Settle(ctx, seq); err != nil {
					t.Errorf("Settle: %v", err)
				}
				for range 5 {
					if got := find(tok.Digest); got != session.Gone {
						t.Errorf("asked after it was taken back: %d, want gone", got)
					}
				}
				late.Wait()
			}
		})
	}
	asking.Wait()
	cancel()
	running.Wait()
	c.Close()
}

// mixedUp answers with the row that somebody else asked for.
type mixedUp struct{ *ledger }

func (m mixedUp) LookupEach(ctx context.Context, ds []session.Digest) []session.Looked {
	return m.ledger.LookupEach(ctx, slices.Repeat([]session.Digest{numbered(1, 1)}, len(ds)))
}

func (m mixedUp) LookupID(ctx context.Context, _ session.ID) (session.Finding, error) {
	return m.ledger.Lookup(ctx, numbered(1, 1))
}

func TestTheRowOfAnotherTokenIsAnError(t *testing.T) {
	l := newLedger()
	l.issue(token(numbered(1, 1), "alice"))
	c, err := New(Config{Store: mixedUp{l}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	found, err := c.Find(t.Context(), numbered(1, 2), time.Now(), nil)
	if !errors.Is(err, session.ErrUnavailable) || found.Standing != session.Unknown {
		t.Errorf("Find = %v, %v, want ErrUnavailable", found, err)
	}
}

// badStore fails in a way that it does not say is an outage.
type badStore struct{}

func (badStore) LookupEach(context.Context, []session.Digest) []session.Looked {
	return []session.Looked{{Err: errors.New("corrupt row")}}
}

func (badStore) LookupID(context.Context, session.ID) (session.Finding, error) {
	return session.Finding{}, errors.New("corrupt row")
}

func TestEveryErrorOfAStoreIsAnOutage(t *testing.T) {
	c, err := New(Config{Store: badStore{}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Find(t.Context(), numbered(1, 2), time.Now(), nil); !errors.Is(err, session.ErrUnavailable) || !strings.Contains(err.Error(), "corrupt row") {
		t.Errorf("Find: %v, want ErrUnavailable and the cause", err)
	}
}
