package revocation

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/session"
)

// wire is a feed that goes straight to a node, until it is cut.
type wire struct {
	node *Node
	id   SubscriberID
	cut  func() error
}

func (w *wire) Poll(ctx context.Context, log string, after Seq, wait time.Duration) (Page, error) {
	if err := w.cut(); err != nil {
		return Page{}, err
	}
	p, err := w.node.Tell(ctx, Telling{w.id, "orders", log, log != "", after, wait})
	if err == nil {
		err = w.cut() // the answer is lost as well
	}
	return p, err
}

// subscribe follows a node on its clock.
func subscribe(t *testing.T, n *Node, cut func() error) *Subscriber {
	t.Helper()
	s, err := NewSubscriber(SubscriberConfig{Feed: &wire{n, "s1", cut}, Clock: n.cfg.Clock})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	return s
}

func run(t *testing.T, s *Subscriber) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
}

func whole() error { return nil }

// breaker cuts and mends.
type breaker struct{ c chan error }

func newBreaker() *breaker {
	b := &breaker{make(chan error, 1)}
	b.c <- nil
	return b
}

func (b *breaker) set(err error) { <-b.c; b.c <- err }

func (b *breaker) state() error {
	err := <-b.c
	b.c <- err
	return err
}

func TestASettledTakingBackIsKnownToEverySubscriber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		p.append(session.BySubject("before"))
		n := follow(t, p, nil)
		s := subscribe(t, n, whole)
		time.Sleep(time.Second)
		if !s.Believable() || !s.Set().Covers(&Marks{Subject: "before"}, 0) {
			t.Fatalf("believable %v after a second, applied %d", s.Believable(), s.Set().Applied())
		}
		mark, marks := s.Mark(), Marks{Subject: "alice"}
		seq := p.append(session.BySubject("alice"))
		begun := time.Now()
		if err := n.Settle(t.Context(), seq); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took > 10*time.Millisecond {
			t.Errorf("took %v in health, want no waiting", took)
		}
		if s.Holds(mark, &marks) {
			t.Error("settled, but the subscriber believes what it remembers")
		}
	})
}

func TestACutSubscriberBelievesNothingWhenALogoutReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		var told []Settlement
		var slow []Slow
		n := follow(t, p, func(c *NodeConfig) {
			c.Settled = func(s Settlement) { told = append(told, s) }
			c.Slow = func(s Slow) { slow = append(slow, s) }
		})
		line := newBreaker()
		s := subscribe(t, n, line.state)
		time.Sleep(time.Second)
		if f := n.Figures(); f.Subscribers != 1 || f.Behind != 0 {
			t.Errorf("Figures = %+v, want one subscriber who is not behind", f)
		}
		line.set(errors.New("cut"))
		seq := p.append(session.BySubject("alice"))
		begun := time.Now()
		if err := n.Settle(t.Context(), seq); err != nil {
			t.Fatal(err)
		}
		if s.Believable() {
			t.Error("the subscriber still believes its set, which lacks the entry")
		}
		if took := time.Since(begun); took > Wait(2*time.Second) {
			t.Errorf("took %v, want at most %v", took, Wait(2*time.Second))
		}
		if len(told) != 1 || told[0].Seq != seq || told[0].Waited[ForSubscribers] < time.Second || len(told[0].Clients) != 1 || len(told[0].Holders) != 0 {
			t.Errorf("Settled was told %+v, want one that waited for a subscriber", told)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if len(slow) != 1 || slow[0].Client != told[0].Clients[0] {
			t.Errorf("Slow was told %+v, want the subscriber, once", slow)
		}
		if err := s.Fresh(t.Context()); !errors.Is(err, ErrStale) {
			t.Errorf("Fresh = %v, want ErrStale", err)
		}
		begun = time.Now()
		if err := n.Settle(t.Context(), p.append(session.BySubject("bob"))); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took > 50*time.Millisecond {
			t.Errorf("the second took %v: a subscriber that is gone costs the wait once", took)
		}
		line.set(nil)
		time.Sleep(30 * time.Second) // it was waited for, and cools down
		if !s.Believable() || s.Set().Applied() != 2 {
			t.Errorf("after the cut: believable %v, applied %d", s.Believable(), s.Set().Applied())
		}
	})
}

// A subscriber's lease hangs under its node's (pitfall P18).
func TestASubscribersLeaseEndsWithItsNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		n := follow(t, p, nil)
		s := subscribe(t, n, whole)
		time.Sleep(time.Second)
		p.change(func() { p.fail = errors.New("database gone") })
		for range 300 {
			time.Sleep(10 * time.Millisecond)
			if s.Believable() && !n.Believable() {
				t.Fatal("the subscriber believes although its node does not")
			}
		}
		if s.Believable() {
			t.Error("believes three seconds after its node last heard of the log")
		}
	})
}

func TestASubscriberOfAnotherHistoryBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		p.append(session.BySubject("old"))
		n := follow(t, p, nil)
		s := subscribe(t, n, whole)
		time.Sleep(time.Second)
		mark := s.Mark()
		p.change(func() {
			p.page = Page{Log: "b", Head: 9, Floor: 7, Entries: entries(8, session.BySubject("x"), session.BySubject("y"))}
		})
		time.Sleep(3 * time.Second)
		if s.Holds(mark, &Marks{Subject: "anybody"}) {
			t.Error("what was remembered in another history is believed")
		}
		if !s.Believable() || s.Set().Applied() != 9 || !s.Set().Covers(&Marks{Subject: "x"}, 7) {
			t.Errorf("believable %v, applied %d; want the new history", s.Believable(), s.Set().Applied())
		}
	})
}

func TestTheFeedBeginsWithAllThatStillMatters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		for range 2500 {
			p.append(session.BySession(session.NewID()))
		}
		n := follow(t, p, nil)
		synctest.Wait()
		first, err := n.Tell(t.Context(), Telling{Subscriber: "s"})
		if err != nil || len(first.Entries) != tellAtMost || first.Head != 2500 || first.Lease != 0 {
			t.Fatalf("first page: %d entries of %d, lease %v, %v; want a part and no lease", len(first.Entries), first.Head, first.Lease, err)
		}
		s := subscribe(t, n, whole)
		time.Sleep(time.Second)
		if s.Set().Applied() != 2500 || !s.Believable() {
			t.Errorf("applied %d, believable %v", s.Set().Applied(), s.Believable())
		}
		for name, q := range map[string]Telling{
			"another log":               {Subscriber: "s", Log: "b", From: true, Applied: 2500},
			"more than there is":        {Subscriber: "s", Log: "a", From: true, Applied: 2501},
			"another log, nothing":      {Subscriber: "s", Log: "b", From: true},
			"more than there is of any": {Subscriber: "s", From: true, Applied: 2501},
		} {
			if _, err := n.Tell(t.Context(), q); !errors.Is(err, ErrGone) {
				t.Errorf("%s: Tell = %v, want ErrGone", name, err)
			}
		}
	})
}

func TestAPollIsHeldUntilThereIsSomething(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		n := follow(t, p, func(c *NodeConfig) { c.Every = 10 * time.Millisecond })
		synctest.Wait()
		begun := time.Now()
		got, err := n.Tell(t.Context(), Telling{Subscriber: "s", Log: "a", From: true, Wait: time.Hour})
		if took := time.Since(begun); err != nil || len(got.Entries) != 0 || got.Lease <= 0 || took < 600*time.Millisecond || took > 700*time.Millisecond {
			t.Errorf("held for %v with %d entries, lease %v, %v; want a third of the lease", took, len(got.Entries), got.Lease, err)
		}
		go func() {
			time.Sleep(100 * time.Millisecond)
			p.append(session.BySubject("alice"))
		}()
		begun = time.Now()
		got, err = n.Tell(t.Context(), Telling{Subscriber: "s", Log: "a", From: true, Wait: time.Hour})
		if took := time.Since(begun); err != nil || len(got.Entries) != 1 || took > 150*time.Millisecond {
			t.Errorf("told %d entries after %v, %v; want one as soon as it is there", len(got.Entries), took, err)
		}
	})
}

func TestSubscribersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := follow(t, &paper{page: Page{Log: "a"}}, func(c *NodeConfig) { c.Subscribers = 2 })
		synctest.Wait()
		for i, want := range []error{nil, nil, ErrTooManySubscribers} {
			if _, err := n.Tell(t.Context(), Telling{Subscriber: SubscriberID(rune('a' + i))}); !errors.Is(err, want) {
				t.Errorf("subscriber %d: %v, want %v", i+1, err, want)
			}
		}
	})
}
