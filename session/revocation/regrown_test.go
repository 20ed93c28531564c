package revocation

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Pitfall P6: the database is restored from a copy that ends earlier, under the same id, and grows past what was seen. Whoever was cut off the
// whole time sees it by the entry that it applied last, at once and before it believes anything.
func TestP6ALogThatGrewAgainIsNotTakenForTheOneThatWasSeen(t *testing.T) {
	for _, further := range []int{0, 3} { // the log has grown to where it was, or past it
		synctest.Test(t, func(t *testing.T) {
			p := &paper{page: Page{Log: "a"}}
			n, near, other := follow(t, p, nil), newBreaker(), follow(t, p, nil)
			wires := &wire{n, "s1", near.state}
			s, err := NewSubscriber(SubscriberConfig{Feed: wires, Clock: n.cfg.Clock})
			if err != nil {
				t.Fatal(err)
			}
			run(t, s)
			p.append(session.BySubject("alice"))
			p.append(session.BySubject("bob"))
			time.Sleep(time.Second)
			mark, remembered := s.Mark(), Marks{Subject: "carol"}
			if !s.Holds(mark, &remembered) || s.Set().Applied() != 2 {
				t.Fatal("the guard does not follow")
			}
			p.change(func() { p.fail = errors.New("cut off") })
			near.set(errors.New("cut off"))
			time.Sleep(5 * time.Second)
			p.change(func() {
				p.fail = nil
				// Bob's was lost; carol's stands in its place.
				p.page.Entries = append(p.page.Entries[:1], Entry{Seq: 2, Selector: session.BySubject("carol"), At: 7})
				for i := range further {
					p.page.Entries = append(p.page.Entries, Entry{Seq: 3 + Seq(i), Selector: session.BySubject("dora")})
				}
				p.page.Head = Seq(len(p.page.Entries))
			})
			time.Sleep(5 * time.Second)
			for who, node := range map[string]*Node{"the node": n, "another": other} {
				if node.Believable() || node.Fresh(t.Context()) == nil {
					t.Errorf("%s, which has seen the lost entry, believes: applied %d of %d", who, node.Set().Applied(), p.page.Head)
				}
			}
			if err := n.Renewed(t.Context()); err == nil || !strings.Contains(err.Error(), "older copy") {
				t.Errorf("renewed: %v, want the reason", err)
			}
			// The guard turns to a node that was started since.
			wires.node = follow(t, p, nil)
			near.set(nil)
			time.Sleep(5 * time.Second)
			if s.Holds(mark, &remembered) {
				t.Error("the guard still uses what it remembered, though the entry in the place of the lost one took that back")
			}
			if !s.Believable() || s.Set().Applied() != p.page.Head || !s.Set().Covers(&remembered, 1) {
				t.Errorf("the guard has not begun anew: believes %v, applied %d of %d", s.Believable(), s.Set().Applied(), p.page.Head)
			}
		})
	}
}

// The same entry is no reason to doubt, nor is one that is not kept any more, nor an answer to another question.
func TestALogThatGoesOnIsKnownAgain(t *testing.T) {
	at := func(seq Seq, name string) Entry { return Entry{Seq: seq, Selector: session.BySubject(name), At: 1} }
	for name, c := range map[string]struct {
		last  Entry
		of    string
		fails bool
	}{
		"the same":                   {Entry{Seq: 5, Selector: session.BySubject("x")}, "a", false},
		"kept for longer":            {Entry{Seq: 5, Selector: session.BySubject("x"), Until: 9}, "a", false},
		"not kept":                   {Entry{}, "a", false},
		"asked for something else":   {at(4, "y"), "a", false},
		"asked about another log":    {at(5, "y"), "b", false},
		"another name":               {Entry{Seq: 5, Selector: session.BySubject("y")}, "a", true},
		"another kind":               {Entry{Seq: 5, Selector: session.ByClient("x")}, "a", true},
		"the same at another moment": {at(5, "x"), "a", true},
	} {
		h := at5(t)
		p := pageOf(5, 7, 2)
		p.Last, p.Of = c.last, c.of
		if _, err := h.Follow(p, 1); (err != nil) != c.fails || errors.Is(err, errRegrown) != c.fails {
			t.Errorf("%s: Follow = %v, want an error: %v", name, err, c.fails)
		}
	}
}

func TestANodeTellsTheEntryThatItWasAskedBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		n := follow(t, p, nil)
		for _, name := range []string{"a", "b", "c"} {
			p.append(session.BySubject(name))
		}
		time.Sleep(time.Second)
		for after, want := range map[Seq]string{0: "", 1: "a", 2: "b", 3: "c"} {
			page, err := n.Tell(t.Context(), Telling{Client: "x", From: true, Applied: after})
			if err != nil || page.Last.Key != want || want != "" && page.Last.Seq != after {
				t.Errorf("after %d: %+v, %v, want the entry of %q", after, page.Last, err, want)
			}
		}
	})
}
