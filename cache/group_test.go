package cache

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/session"
)

// TestThoseWhoAskAtOnceAreAnsweredTogether has many who could run on one processor, as after a look at the network: whoever is first does not
// go without the others.
func TestThoseWhoAskAtOnceAreAnsweredTogether(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	l := newLedger()
	c, err := New(Config{Store: l})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const callers, rounds = 30, 10
	for round := range uint64(rounds) {
		var asking sync.WaitGroup
		start := make(chan struct{})
		for i := range callers {
			tok := l.issue(token(numbered(round, uint64(i)), "alice"))
			asking.Go(func() {
				<-start
				if found, err := c.Find(t.Context(), tok.Digest, time.Now(), nil); err != nil || found.Standing != session.Good {
					t.Errorf("Find = %d, %v", found.Standing, err)
				}
			})
		}
		runtime.Gosched() // to where they wait
		close(start)
		asking.Wait()
	}
	s := c.Stats()
	t.Logf("%d look-ups in %d groups", s.Loads, s.Groups)
	if s.Loads != callers*rounds || s.Groups > s.Loads/4 { // now and then the scheduler takes one out of turn
		t.Errorf("%d look-ups in %d groups, want %d in a few", s.Loads, s.Groups, callers*rounds)
	}
}

// oneGroupAtATime is a desk at which a second group waits for the first.
func oneGroupAtATime(t *testing.T, test func(d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger()
		c, err := New(Config{Store: l, Loads: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		test(&desk{T: t, ledger: l, cache: c})
	})
}

func TestAGroupIsNoLargerThanTheStoreTakes(t *testing.T) {
	oneGroupAtATime(t, func(d *desk) {
		read, release := d.hold()
		answers := []<-chan session.Standing{d.asked(d.issue(token(numbered(1, 0), "alice")))}
		<-read
		for i := range 2 * maxGroup {
			answers = append(answers, d.asked(d.issue(token(numbered(2, uint64(i)), "alice"))))
		}
		synctest.Wait() // they wait for the first
		release()
		for i, a := range answers {
			if got := <-a; got != session.Good {
				d.Errorf("question %d: %d, want good", i, got)
			}
		}
		if s := d.cache.Stats(); s.Groups != 3 {
			d.Errorf("%d groups, want one of 1 and two of %d", s.Groups, maxGroup)
		}
	})
}

// An id is looked up in another way: it neither waits for company nor is any.
func TestAnIDIsLookedUpAlone(t *testing.T) {
	oneGroupAtATime(t, func(d *desk) {
		alice, bob := d.issue(d.token("alice")), d.issue(d.token("bob"))
		read, release := d.hold()
		first := d.asked(alice)
		<-read
		answers := []<-chan session.Standing{first, d.asked(bob), d.asked(session.Token{Digest: byID(alice.ID)}), d.asked(session.Token{Digest: byID(bob.ID)})}
		synctest.Wait()
		release()
		for i, a := range answers {
			if got := <-a; got != session.Good {
				d.Errorf("question %d: %d, want good", i, got)
			}
		}
		if s := d.cache.Stats(); s.Groups != 4 || s.Loads != 4 {
			d.Errorf("Stats = %+v, want 4 look-ups, each alone", s)
		}
	})
}

// partly fails for some.
type partly struct {
	*ledger
	fail func(ds []session.Digest, found []session.Looked) []session.Looked
}

func (p partly) LookupEach(ctx context.Context, ds []session.Digest) []session.Looked {
	return p.fail(ds, p.ledger.LookupEach(ctx, ds))
}

// together asks about tokens in one group, and returns what each was told.
func together(t *testing.T, store partly, all []session.Token) (standings []session.Standing, errs []error) {
	t.Helper()
	standings, errs = make([]session.Standing, len(all)), make([]error, len(all))
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Config{Store: store, Loads: 1})
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{T: t, ledger: store.ledger, cache: c}
		read, release := d.hold()
		go func() { _, _ = c.Find(t.Context(), numbered(9, 9), time.Now(), nil) }()
		<-read
		var asking sync.WaitGroup
		for i, tok := range all {
			asking.Go(func() {
				found, err := c.Find(t.Context(), tok.Digest, time.Now(), nil)
				standings[i], errs[i] = found.Standing, err
			})
		}
		synctest.Wait()
		release()
		asking.Wait()
		if s := c.Stats(); s.Groups != 2 {
			t.Errorf("Stats = %+v, want the first and one group", s)
		}
		c.Close()
	})
	return standings, errs
}

func TestWhatIsWrongWithOneRowIsNobodyElsesError(t *testing.T) {
	l := newLedger()
	all := []session.Token{l.issue(token(numbered(1, 1), "alice")), l.issue(token(numbered(1, 2), "alice")), token(numbered(1, 3), "nobody"), l.issue(token(numbered(1, 4), "alice"))}
	standings, errs := together(t, partly{l, func(ds []session.Digest, found []session.Looked) []session.Looked {
		for i := range found {
			switch ds[i] {
			case all[1].Digest:
				found[i] = session.Looked{Err: errors.New("corrupt row")}
			case all[3].Digest: // another's row
				found[i] = session.Looked{Finding: session.Finding{Known: true, Token: all[0]}}
			}
		}
		return found
	}}, all)
	for i, want := range []struct {
		standing session.Standing
		words    string
	}{{session.Good, ""}, {session.Unknown, "corrupt row"}, {session.Unknown, ""}, {session.Unknown, "another token"}} {
		if standings[i] != want.standing || (errs[i] != nil) != (want.words != "") {
			t.Errorf("%d: %d, %v, want %d and an error about %q", i, standings[i], errs[i], want.standing, want.words)
		}
		if errs[i] != nil && (!errors.Is(errs[i], session.ErrUnavailable) || !strings.Contains(errs[i].Error(), want.words)) {
			t.Errorf("%d: %v, want ErrUnavailable and %q", i, errs[i], want.words)
		}
	}
}

func TestAStoreThatDoesNotAnswerEachQuestionHasAnsweredNone(t *testing.T) {
	l := newLedger()
	all := []session.Token{l.issue(token(numbered(1, 1), "alice")), l.issue(token(numbered(1, 2), "alice"))}
	for name, fail := range map[string]func([]session.Digest, []session.Looked) []session.Looked{
		"none":     func([]session.Digest, []session.Looked) []session.Looked { return nil },
		"too few":  func(_ []session.Digest, found []session.Looked) []session.Looked { return found[:len(found)-1] },
		"too many": func(_ []session.Digest, found []session.Looked) []session.Looked { return append(found, found[0]) },
	} {
		_, errs := together(t, partly{l, fail}, all)
		for _, err := range errs {
			if !errors.Is(err, session.ErrUnavailable) {
				t.Errorf("%s: %v, want ErrUnavailable", name, err)
			}
		}
	}
}

func TestAGroupThatHangsIsAnErrorForEachInIt(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice, bob := d.issue(d.token("alice")), d.issue(d.token("bob"))
		d.set(func() { d.gate, d.ledger.read = make(chan struct{}), make(chan struct{}, 100) })
		begun := time.Now()
		var asking sync.WaitGroup
		for _, tok := range []session.Token{alice, bob, d.token("nobody")} {
			asking.Go(func() { d.wantUnavailable(tok) })
		}
		asking.Wait()
		if took := time.Since(begun); took != 5*time.Second {
			t.Errorf("given up after %v, want 5s", took)
		}
		d.set(func() { d.gate = nil })
		d.want(alice, session.Good)
	})
}
