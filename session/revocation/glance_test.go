package revocation

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/session"
)

// sheet is a log on paper with a roll at which one can glance.
type sheet struct {
	paper

	roll     sync.Mutex // guards what follows
	enrolled []HolderID
	renewals []Renewal
	said     []Renewal
	wont     error // a glance will not do
	silent   error // a renewal fails
	struck   bool
}

func (s *sheet) Enrol(_ context.Context, id HolderID, _ time.Duration) error {
	s.roll.Lock()
	defer s.roll.Unlock()
	s.enrolled = append(s.enrolled, id)
	return nil
}

func (s *sheet) Renew(ctx context.Context, r Renewal) (Page, error) {
	s.roll.Lock()
	s.renewals = append(s.renewals, r)
	err := s.silent
	s.roll.Unlock()
	if err != nil {
		return Page{}, err
	}
	return s.Read(ctx, r.After, r.Limit)
}

func (s *sheet) Holders(context.Context) ([]Acked, time.Duration, error) { return nil, 0, nil }

func (s *sheet) Strike(context.Context, string, Seq, ...HolderID) error { return nil }

func (s *sheet) Glance(ctx context.Context, after Seq, limit int) (Page, []Acked, time.Duration, error) {
	s.roll.Lock()
	err := s.wont
	s.roll.Unlock()
	if err != nil {
		return Page{}, nil, 0, err
	}
	p, err := s.Read(ctx, after, limit)
	p.Foreign = p.Head
	return p, nil, 0, err
}

func (s *sheet) Acknowledge(_ context.Context, r Renewal, _ bool) error {
	s.roll.Lock()
	defer s.roll.Unlock()
	if s.struck {
		return ErrStruck
	}
	s.said = append(s.said, r)
	return nil
}

func (s *sheet) set(f func()) {
	s.roll.Lock()
	defer s.roll.Unlock()
	f()
}

// acks are the entries that were acknowledged, by glances and by renewals.
func (s *sheet) acks() (said, renewed []Seq) {
	s.roll.Lock()
	defer s.roll.Unlock()
	for _, r := range s.said {
		said = append(said, r.Acked)
	}
	for _, r := range s.renewals {
		renewed = append(renewed, r.Acked)
	}
	return said, renewed
}

// glancing starts a node that has renewed twice, 300 ms ago, and lets something be written behind its back. The next renewal is due in 300 ms.
func glancing(t *testing.T) (*sheet, *Node) {
	t.Helper()
	s := &sheet{paper: paper{page: Page{Log: "a"}}}
	n := follow(t, &s.paper, func(c *NodeConfig) { c.Roll, c.Every = s, 600*time.Millisecond })
	time.Sleep(900 * time.Millisecond)
	s.append(session.BySubject("alice"))
	return s, n
}

func TestAGlanceAppliesAndAcknowledgesAndExtendsNoLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n := glancing(t)
		n.Hurry()
		synctest.Wait()
		said, renewed := s.acks()
		if len(said) != 1 || said[0] != 1 || len(renewed) != 2 || n.Set().Applied() != 1 || n.Rest() != 1700*time.Millisecond {
			t.Errorf("acknowledged %v, in renewals %v, applied %d, %v left; want 1 by a glance, and a lease from the renewal", said, renewed, n.Set().Applied(), n.Rest())
		}
		time.Sleep(300 * time.Millisecond)
		synctest.Wait()
		if _, renewed = s.acks(); len(renewed) != 3 || renewed[2] != 1 {
			t.Errorf("renewals acknowledge %v, want 0, 0 and then 1: a crash may have forgotten what was said by the glance", renewed)
		}
	})
}

func TestAGlanceSpeaksForTheSubscribersToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n := glancing(t)
		tell := func(applied Seq) {
			if _, err := n.Tell(t.Context(), Telling{Subscriber: "s", Client: "orders", Log: "a", From: true, Applied: applied}); err != nil {
				t.Fatal(err)
			}
		}
		tell(0)
		n.Hurry()
		synctest.Wait()
		if said, _ := s.acks(); len(said) != 0 || n.Set().Applied() != 1 {
			t.Errorf("acknowledged %v, applied %d; a subscriber has not applied the entry", said, n.Set().Applied())
		}
		tell(1) // which hurries the node
		synctest.Wait()
		if said, _ := s.acks(); len(said) != 1 || said[0] != 1 {
			t.Errorf("acknowledged %v, want 1 as soon as the subscriber has", said)
		}
	})
}

func TestWhereAGlanceWillNotDoAHurryRenews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n := glancing(t)
		s.set(func() { s.wont = ErrRenew })
		n.Hurry()
		synctest.Wait()
		if said, renewed := s.acks(); len(said) != 0 || len(renewed) < 3 || n.Rest() != 2*time.Second {
			t.Errorf("acknowledged %v, in renewals %v, %v left; want a renewal", said, renewed, n.Rest())
		}
	})
}

// Otherwise one hint after the other would let the lease run out.
func TestLateInALeaseAHurryRenews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n := glancing(t)
		s.set(func() { s.silent = errors.New("cut off") })
		time.Sleep(750 * time.Millisecond)
		s.set(func() { s.silent = nil })
		if rest := n.Rest(); rest != 950*time.Millisecond {
			t.Fatalf("%v left, want less than half", rest)
		}
		n.Hurry()
		synctest.Wait()
		if n.Rest() != 2*time.Second {
			t.Errorf("%v left, want a new lease", n.Rest())
		}
	})
}

func TestWhoIsStruckWhenHeAcknowledgesBelievesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n := glancing(t)
		s.set(func() { s.struck, s.silent = true, errors.New("cut off") })
		n.Hurry()
		synctest.Wait()
		if n.Believable() {
			t.Error("it goes on believing, though nobody waits for it any more")
		}
		s.set(func() { s.struck, s.silent = false, nil })
		n.Hurry()
		synctest.Wait()
		if !n.Believable() || len(s.enrolled) != 2 || s.enrolled[0] == s.enrolled[1] {
			t.Errorf("believable %v, enrolled as %v; want another id", n.Believable(), s.enrolled)
		}
	})
}
