package revocation

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/session"
)

// paper is a log on paper: what a test writes is what a node reads.
type paper struct {
	mu    sync.Mutex
	page  Page // with all entries
	fail  error
	delay time.Duration
	reads int
}

func (p *paper) Read(ctx context.Context, after Seq, limit int) (Page, error) {
	p.mu.Lock()
	p.reads++
	delay := p.delay
	p.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-ctx.Done():
		return Page{}, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return Page{}, p.fail
	}
	out := p.page
	out.Entries = nil
	for _, e := range p.page.Entries {
		if e.Seq == after {
			out.Last = e
		}
		if e.Seq > after && len(out.Entries) < limit {
			out.Entries = append(out.Entries, e)
		}
	}
	return out, nil
}

func (p *paper) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *paper) append(sel session.Selector) Seq {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.page.Head++
	p.page.Entries = append(p.page.Entries, Entry{Seq: p.page.Head, Selector: sel})
	return p.page.Head
}

// follow starts a node on fake time, with its clock in the bubble.
func follow(t *testing.T, p *paper, change func(*NodeConfig)) *Node {
	t.Helper()
	begun := time.Now()
	cfg := NodeConfig{
		Log: p, Lease: 2 * time.Second, Every: 500 * time.Millisecond,
		Clock: func() Instant { return Instant(time.Since(begun) + time.Hour) },
	}
	if change != nil {
		change(&cfg)
	}
	n, err := NewNode(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	return n
}

func TestANodeBelievesNothingBeforeItsFirstRenewal(t *testing.T) {
	n, err := NewNode(NodeConfig{Log: &paper{}})
	if err != nil {
		t.Fatal(err)
	}
	if n.Believable() || n.Rest() != 0 {
		t.Error("a new node believes its empty set")
	}
}

func TestTheLeaseEndsWhenTheLogIsNotHeardOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		n := follow(t, p, nil)
		synctest.Wait()
		if !n.Believable() {
			t.Fatal("not believable after a renewal")
		}
		p.change(func() { p.fail = errors.New("cut off") })
		time.Sleep(1900 * time.Millisecond)
		if !n.Believable() {
			t.Error("the lease ended early")
		}
		time.Sleep(200 * time.Millisecond)
		if n.Believable() {
			t.Error("the lease outlived the last renewal by more than its length")
		}
		if err := n.Fresh(t.Context()); !errors.Is(err, ErrStale) {
			t.Errorf("Fresh = %v, want ErrStale", err)
		}
		p.change(func() { p.fail = nil })
		if err := n.Fresh(t.Context()); err != nil {
			t.Errorf("Fresh after the log is back = %v", err)
		}
	})
}

// Pitfall P11: a lease counted from the receipt of its grant outlives what the revoker waits for.
func TestTheLeaseIsCountedFromBeforeTheRenewalWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}, delay: 1500 * time.Millisecond}
		n := follow(t, p, nil)
		time.Sleep(1500*time.Millisecond + 1)
		synctest.Wait()
		if rest := n.Rest(); rest <= 0 || rest > 500*time.Millisecond {
			t.Errorf("after an answer that took 1.5 s the lease has %v left, want at most 500ms", rest)
		}
	})
}

// Pitfall P12: what extends before it applies believes a set that lacks an entry.
func TestEntriesAreAppliedBeforeTheLeaseIsExtended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		for range 3000 { // three pages
			p.append(session.BySession(session.NewID()))
		}
		var n *Node
		ready := make(chan struct{})
		seen := map[Seq]bool{}
		n = follow(t, p, func(c *NodeConfig) {
			c.Registry = func(context.Context) error {
				<-ready
				seen[n.holder.set.Applied()] = n.Believable()
				return nil
			}
		})
		close(ready)
		if err := n.Renewed(t.Context()); err != nil {
			t.Fatal(err)
		}
		if believed, asked := seen[3000]; !asked || believed {
			t.Errorf("the registry was read at %v; want once, with all applied and nothing believed yet", seen)
		}
		if n.holder.set.Applied() != 3000 || !n.Believable() {
			t.Errorf("applied %d, believable %v", n.holder.set.Applied(), n.Believable())
		}
	})
}

func TestARegistryThatCannotBeReadEndsTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a", Registry: 1}}
		var broken atomic.Bool
		n := follow(t, p, func(c *NodeConfig) {
			c.Registry = func(context.Context) error {
				if broken.Load() {
					return errors.New("unreadable")
				}
				return nil
			}
		})
		synctest.Wait()
		broken.Store(true)
		p.change(func() { p.page.Registry = 2 })
		time.Sleep(3 * time.Second)
		if n.Believable() {
			t.Error("a client that was disabled would be served")
		}
	})
}

func TestFreshWaitsForARenewalThatBeganAfterTheQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		n := follow(t, p, func(c *NodeConfig) { c.Lease, c.Every = 400*time.Millisecond, 100*time.Millisecond })
		synctest.Wait()
		p.change(func() { p.delay = 300 * time.Millisecond })
		time.Sleep(150 * time.Millisecond) // a slow renewal runs now
		var before, after int
		p.change(func() { before = p.reads })
		if err := n.Renewed(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.change(func() { after = p.reads })
		if after <= before {
			t.Error("a renewal that was already running was taken for one that began after the call")
		}
	})
}

func TestSettleReturnsWhenTheEntryIsKnownHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		n := follow(t, p, nil)
		synctest.Wait()
		mark := n.Mark()
		marks := Marks{Subject: "alice"}
		seq := p.append(session.BySubject("alice"))
		begun := time.Now()
		if err := n.Settle(t.Context(), seq); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took > 10*time.Millisecond {
			t.Errorf("took %v, want no wait for the next tick", took)
		}
		if n.Holds(mark, &marks) {
			t.Error("what was remembered before the entry is still believed after it has settled")
		}
	})
}

func TestSettleReturnsWhenNothingIsBelievedAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		n := follow(t, p, nil)
		synctest.Wait()
		p.change(func() { p.fail = errors.New("cut off") })
		begun := time.Now()
		if err := n.Settle(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); n.Believable() || took < time.Second || took > 3*time.Second {
			t.Errorf("returned after %v, believable %v; want the end of the lease", took, n.Believable())
		}
	})
}

// Pitfall P6: a database restored from a copy must not bring back what was taken back.
func TestADatabaseThatKnowsLessStopsTheNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		reported := make(chan error, 8)
		n := follow(t, p, func(c *NodeConfig) { c.Report = func(err error) { reported <- err } })
		p.append(session.BySubject("alice"))
		time.Sleep(time.Second)
		p.change(func() { p.page = Page{Log: "a"} })
		time.Sleep(time.Second)
		if n.Believable() {
			t.Error("believes a set that knows more than the database")
		}
		if err := <-reported; err == nil || !strings.Contains(err.Error(), "older copy") {
			t.Errorf("reported %v, want the reason", err)
		}
	})
}

func TestAnotherLogStartsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		n := follow(t, p, nil)
		p.append(session.BySubject("alice"))
		time.Sleep(time.Second)
		old := n.Mark()
		p.change(func() { p.page = Page{Log: "b", Head: 1, Entries: entries(1, session.BySubject("bob"))} })
		time.Sleep(time.Second)
		if n.Holds(old, &Marks{Subject: "carol"}) {
			t.Error("what was remembered in another history is believed")
		}
		if !n.Believable() || n.holder.set.Applied() != 1 || n.holder.set.Covers(&Marks{Subject: "alice"}, 0) {
			t.Errorf("applied %d, believable %v, alice covered %v; want the new log alone", n.holder.set.Applied(), n.Believable(), n.holder.set.Covers(&Marks{Subject: "alice"}, 0))
		}
	})
}

// Pitfall P7: a node that was away for longer than the log reaches back must not go on with a gap.
func TestANodeBehindTheFloorForgetsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		n := follow(t, p, nil)
		synctest.Wait()
		old := n.Mark()
		p.change(func() {
			p.page = Page{Log: "a", Floor: 7, Head: 9, Entries: entries(8, session.BySubject("x"), session.BySubject("y"))}
		})
		time.Sleep(time.Second)
		if n.Holds(old, &Marks{Subject: "alice"}) {
			t.Error("what was remembered before the gap is believed")
		}
		if n.holder.set.Applied() != 9 || !n.Believable() {
			t.Errorf("applied %d, believable %v; want 9 and true", n.holder.set.Applied(), n.Believable())
		}
	})
}

func TestAGapInTheLogStopsTheNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		n := follow(t, p, nil)
		synctest.Wait()
		p.change(func() { p.page = Page{Log: "a", Head: 2, Entries: entries(2, session.BySubject("x"))} })
		time.Sleep(time.Second)
		if n.Believable() || n.holder.set.Applied() != 0 {
			t.Errorf("went on over a gap: applied %d", n.holder.set.Applied())
		}
	})
}

// Pitfalls P20 and P21: whoever was stopped believes nothing when it goes on, although none of its timers has fired yet.
func TestAResumedProcessBelievesNothing(t *testing.T) {
	now := Instant(time.Hour)
	n, err := NewNode(NodeConfig{Log: &paper{page: Page{Log: "a"}}, Clock: func() Instant { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.renew(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if !n.Believable() {
		t.Fatal("not believable after a renewal")
	}
	now = now.Add(3 * time.Second)
	if n.Believable() {
		t.Error("the lease slept with the process")
	}
}

func TestANodeConfigurationThatWouldBreakThePromiseIsRefused(t *testing.T) {
	for name, c := range map[string]NodeConfig{
		"no log":                       {},
		"a lease that is over at once": {Log: &paper{}, Lease: time.Millisecond},
		"a lease that lasts a logout":  {Log: &paper{}, Lease: time.Hour},
		"renewals too rare":            {Log: &paper{}, Lease: 2 * time.Second, Every: time.Second},
	} {
		if _, err := NewNode(c); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
