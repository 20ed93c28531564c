package revocation

import (
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
)

// pageOf is a page of log "a" with entries after a seq, in answer to who asked for it there.
func pageOf(after, head Seq, n int) Page {
	p := Page{Log: "a", Head: head, After: after, Of: "a", Lease: time.Minute}
	for i := range n {
		p.Entries = append(p.Entries, Entry{Seq: after + 1 + Seq(i), Selector: session.BySubject("x")})
	}
	return p
}

// at5 follows log "a", has applied five entries and holds a lease until second 2.
func at5(t *testing.T) *Holder {
	t.Helper()
	h := NewHolder(2 * time.Second)
	p := pageOf(0, 5, 5)
	p.Of = ""
	if more, err := h.Follow(p, 0); more || err != nil || h.set.Applied() != 5 {
		t.Fatalf("Follow = %v, %v, applied %d", more, err, h.set.Applied())
	}
	h.Extend(0, p)
	if !h.Believes(Instant(2*time.Second)-1) || h.Believes(Instant(2*time.Second)) {
		t.Fatal("no lease of two seconds")
	}
	return h
}

func TestAHolderFollowsAPage(t *testing.T) {
	const second = Instant(time.Second)
	changed := func(p Page, f func(*Page)) Page { f(&p); return p }
	for _, c := range []struct {
		name    string
		page    Page
		more    bool
		fails   bool
		applied Seq
		until   Instant // of the lease, extended by the page from second 1
		anew    bool    // what was remembered is not believed any more
	}{
		{"nothing new", pageOf(5, 5, 0), false, false, 5, 3 * second, false},
		{"all that is new", pageOf(5, 7, 2), false, false, 7, 3 * second, false},
		{"a part of it extends nothing", pageOf(5, 9, 2), true, false, 7, 2 * second, false},
		{"delivered twice", pageOf(3, 5, 2), false, false, 5, 3 * second, false},
		{"a late one, from when there was less", pageOf(2, 4, 2), false, false, 5, 3 * second, false},
		{"a gap", changed(pageOf(5, 7, 2), func(p *Page) { p.Entries = p.Entries[1:] }), false, true, 5, 0, false},
		{"a gap inside", changed(pageOf(5, 8, 3), func(p *Page) { p.Entries[1].Seq = 8 }), false, true, 5, 0, false},
		{"the log has lost entries", pageOf(5, 4, 0), false, true, 5, 0, false},
		{"the answer to a question about another log has not", changed(pageOf(9, 5, 0), func(p *Page) { p.Of = "b" }), true, false, 5, 3 * second, false},
		{"no longer than its giver believes", changed(pageOf(5, 5, 0), func(p *Page) { p.Lease = 1500 * time.Millisecond }), false, false, 5, 2500 * Instant(time.Millisecond), false},
		{"from one who believes nothing", changed(pageOf(5, 7, 2), func(p *Page) { p.Lease = 0 }), false, false, 7, 2 * second, false},
		{"another log, from elsewhere", changed(pageOf(5, 7, 2), func(p *Page) { p.Log = "b" }), true, false, 0, 0, true},
		{"another log, from here by chance", changed(pageOf(5, 7, 2), func(p *Page) { p.Log, p.Floor = "b", 5 }), false, false, 7, 3 * second, true},
		{"the log begins later now", changed(pageOf(5, 9, 0), func(p *Page) { p.Floor = 7 }), true, false, 7, 0, true},
	} {
		h := at5(t)
		mark := h.Mark(0)
		more, err := h.Follow(c.page, second)
		if err == nil {
			h.Extend(second, c.page)
		}
		if more != c.more || (err != nil) != c.fails || h.set.Applied() != c.applied {
			t.Errorf("%s: Follow = %v, %v, applied %d; want %v, an error: %v, applied %d", c.name, more, err, h.set.Applied(), c.more, c.fails, c.applied)
		}
		if got := h.Lease().until; got != c.until {
			t.Errorf("%s: the lease ends at %v, want %v", c.name, time.Duration(got), time.Duration(c.until))
		}
		if anew := !h.Holds(mark, &Marks{Subject: "y"}, second); anew != c.anew {
			t.Errorf("%s: what was remembered is lost: %v, want %v", c.name, anew, c.anew)
		}
	}
}

// Pitfall P6: when the log has grown past what was seen, it does not contradict it any more, and is another all the same.
func TestALogThatLostEntriesIsNotBelievedWhenItHasGrownAgain(t *testing.T) {
	h := at5(t)
	if _, err := h.Follow(pageOf(5, 3, 0), 1); err == nil {
		t.Fatal("took a log that ends before what is known")
	}
	if _, err := h.Follow(pageOf(5, 7, 2), 2); err == nil || h.set.Applied() != 5 {
		t.Errorf("goes on with a log that has a hole: %v, applied %d", err, h.set.Applied())
	}
	said := pageOf(5, 7, 0)
	said.Log = "b"
	if _, err := h.Follow(said, 3); err != nil {
		t.Errorf("does not start anew though the log says that it is another: %v", err)
	}
}

func TestAHolderBelievesNothingBeforeItsFirstPage(t *testing.T) {
	if h := NewHolder(time.Second); h.Believes(0) || h.Lease().Rest(0) != 0 {
		t.Error("believes an empty set")
	}
}

func TestADroppedLeaseHasEnded(t *testing.T) {
	h := at5(t)
	h.Drop()
	if h.Believes(1) {
		t.Error("believes without a registration")
	}
}

func TestWhatIsRememberedHoldsUntilItIsCoveredOrOld(t *testing.T) {
	h := at5(t)
	alice := Marks{Subject: "alice"}
	mark := h.Mark(Instant(time.Second))
	if mark.Asof != 5 || mark.At != Instant(time.Second) {
		t.Errorf("Mark = %+v", mark)
	}
	old := Instant(time.Second).Add(Memory)
	if !h.Holds(mark, &alice, Instant(2*time.Second)) || h.Holds(mark, &alice, old) {
		t.Error("does not hold as long as it is young")
	}
	p := pageOf(5, 6, 1)
	p.Entries[0].Selector = session.BySubject("alice")
	if _, err := h.Follow(p, Instant(2*time.Second)); err != nil {
		t.Fatal(err)
	}
	if h.Holds(mark, &alice, Instant(2*time.Second)) {
		t.Error("holds after it was taken back")
	}
	if !h.Holds(h.Mark(Instant(2*time.Second)), &alice, Instant(2*time.Second)) {
		t.Error("what was marked after the entry does not hold")
	}
}
