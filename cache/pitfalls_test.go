package cache

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/session"
)

func TestP5AStaleReaderIsAnErrorNotAnAnswer(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		d.settle(d.stir())
		alice := d.issue(d.token("alice"))
		d.settle(d.revoke(session.ByToken(alice.ID)))
		d.set(func() { d.behind = 1 })
		d.wantUnavailable(alice)
		d.wantUnavailable(d.token("nobody")) // nor is it a no
		d.set(func() { d.behind = 0 })
		d.want(alice, session.Gone)
	})
}

func TestP20TheLeaseIsReadAtEachQuestion(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(d.token("alice"))
		d.remembers(alice)
		d.Memory.Fail(errDown)
		d.want(alice, session.Good) // the lease lives
		time.Sleep(3 * time.Second)
		d.wantUnavailable(alice)
		d.Memory.Fail(nil)
		d.revoke(session.ByToken(alice.ID))
		d.want(alice, session.Gone) // the question waits for a renewal that begins after it
	})
}

// The memory keeps the first of two values when both are set before it has taken in the first, and says that it took both.
func TestP28RefusedThoughTheMemoryKeepsTheFirstOfTwoValues(t *testing.T) {
	atDesk(t, 1000, func(d *desk) {
		var tokens []session.Token
		for range 500 {
			tok := d.issue(d.token("alice"))
			tokens = append(tokens, tok)
			d.cache.remember(tok.Digest, d.cache.knownOf(&tok, d.node.Mark(), false))
			d.cache.remember(tok.Digest, d.cache.knownOf(&tok, d.node.Mark(), true))
		}
		d.cache.memory.Wait()
		kept := 0
		for _, tok := range tokens {
			if k, ok := d.cache.remembered(tok.Digest); ok && !k.gone {
				kept++
			}
		}
		if kept == 0 {
			t.Error("the memory lost no second value: this test no longer shows what it is for")
		}
		d.settle(d.revoke(session.BySubject("alice")))
		for _, tok := range tokens {
			d.want(tok, session.Gone)
		}
	})
}

// What is deleted may show again for a moment. Here nothing is deleted, and what is in memory need not go away to be refused.
func TestP29RefusedWhileTheMemoryStillShowsIt(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(d.token("alice"))
		d.remembers(alice)
		d.settle(d.revoke(session.BySession(alice.SessionID)))
		for range 1000 {
			d.want(alice, session.Gone)
		}
		if _, ok := d.cache.remembered(alice.Digest); !ok || d.cache.Stats().Loads != 1 {
			t.Error("the memory did not hold the token throughout: this test no longer shows what it is for")
		}
	})
}

func TestP30ADroppedSetCostsALookUpAndNothingElse(t *testing.T) {
	const many = 100_000
	atDesk(t, many, func(d *desk) {
		mark := d.node.Mark()
		var all [4][]*known
		for i := range many {
			tok := token(numbered(uint64(i), 0), "alice")
			if i%1000 == 0 {
				tok = d.issue(tok)
			}
			all[i%4] = append(all[i%4], d.cache.knownOf(&tok, mark, false))
		}
		var burst sync.WaitGroup
		for _, part := range all {
			burst.Go(func() {
				for _, k := range part {
					d.cache.remember(k.digest, k)
				}
			})
		}
		burst.Wait()
		d.cache.memory.Wait()
		if n := d.cache.Stats().Remembered; n == many {
			t.Error("the memory took all of the burst: this test no longer shows what it is for")
		}
		for i := 0; i < many; i += 1000 {
			d.want(session.Token{Digest: numbered(uint64(i), 0)}, session.Good)
		}
		d.settle(d.revoke(session.BySubject("alice")))
		for i := 0; i < many; i += 1000 {
			d.want(session.Token{Digest: numbered(uint64(i), 0)}, session.Gone)
		}
	})
}

func TestP31AnotherHistoryIsNotBelievedAlthoughNothingIsCleared(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		kept, lost := d.issue(d.token("alice")), d.issue(d.token("bob"))
		d.remembers(kept)
		d.remembers(lost)
		d.set(func() { // restored from a copy in which one of the two was not opened yet
			d.log = "two"
			d.hidden[lost.Digest] = true
		})
		time.Sleep(150 * time.Millisecond)
		_, one := d.cache.remembered(kept.Digest)
		if _, other := d.cache.remembered(lost.Digest); !one || !other {
			t.Error("the memory was cleared")
		}
		d.want(kept, session.Good)
		d.want(lost, session.Unknown)
		if n := d.cache.Stats().Loads; n != 4 {
			t.Errorf("%d look-ups, want 4: what was remembered of the other history was believed", n)
		}
	})
}

// Neither clearing, nor deleting, nor the memory's own expiry is used anywhere: none of them can be relied on.
func TestP31P32TheMemoryIsOnlyReadAndSet(t *testing.T) {
	used := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob = %v, %v", files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`memory\.(\w+)\(`).FindAllStringSubmatch(string(src), -1) {
			used[m[1]] = true
		}
	}
	for _, fine := range []string{"Get", "Set", "Close", "MaxCost", "RemainingCost"} {
		if !used[fine] {
			t.Errorf("memory.%s is not used: is the memory called something else now?", fine)
		}
		delete(used, fine)
	}
	for name := range used {
		t.Errorf("memory.%s is used", name)
	}
}

func TestP32ATokenEndsByTheCallersClock(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(d.token("alice"))
		d.remembers(alice)
		if ttl, ok := d.cache.memory.GetTTL(key(alice.Digest)); ttl != 0 || !ok {
			t.Errorf("the memory expires it: %v, %v", ttl, ok)
		}
		end := alice.ExpiresAt.Time()
		for _, c := range []struct {
			at   time.Time
			want session.Standing
		}{
			{end.Add(-time.Nanosecond), session.Good},
			{end, session.Gone},
			{end.Add(time.Hour), session.Gone},
			{end.Add(-time.Second), session.Good}, // nothing is remembered of having been over
		} {
			found, err := d.cache.Find(d.Context(), alice.Digest, c.at, nil)
			if err != nil || found.Standing != c.want {
				t.Errorf("Find at %v = %d, %v, want %d", c.at, found.Standing, err, c.want)
			}
		}
	})
}

func TestP33TwoTokensUnderOneKeyAreToldApart(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(token(numbered(7, 1), "alice"))
		bob := d.issue(token(numbered(7, 2), "bob"))
		stranger := token(numbered(7, 3), "stranger")
		for range 3 {
			d.remembers(alice)
			d.want(bob, session.Good) // find compares the digests
			d.want(stranger, session.Unknown)
		}
	})
}

func TestP34TakenBackStaysTakenBackAfterALateFill(t *testing.T) {
	for _, sel := range []struct {
		name string
		of   func(session.Token) session.Selector
	}{
		{"token", func(t session.Token) session.Selector { return session.ByToken(t.ID) }},
		{"session", func(t session.Token) session.Selector { return session.BySession(t.SessionID) }},
		{"subject", func(t session.Token) session.Selector { return session.BySubject(t.Subject) }},
		{"client", func(t session.Token) session.Selector { return session.ByClient(t.Client) }},
		{"all", func(session.Token) session.Selector { return session.Everything() }},
	} {
		t.Run(sel.name, func(t *testing.T) {
			atDesk(t, 100, func(d *desk) {
				alice := d.issue(d.token("alice"))
				read, release := d.hold()
				early := d.asked(alice)
				<-read // as still good
				d.settle(d.revoke(sel.of(alice)))
				release()
				if got := <-early; got != session.Gone {
					t.Errorf("the node knows it was taken back and answers %d", got)
				}
				d.cache.memory.Wait()
				if _, ok := d.cache.remembered(alice.Digest); !ok {
					t.Error("the late fill is not in memory: this test no longer shows what it is for")
				}
				for range 1000 {
					d.want(alice, session.Gone)
				}
			})
		})
	}
}

func TestP35AQuestionDoesNotBoardALookUpThatBeganBeforeIt(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.token("alice")
		read, release := d.hold()
		before := d.asked(alice)
		<-read // not issued yet
		d.issue(alice)
		var after []<-chan session.Standing
		for range 100 {
			after = append(after, d.asked(alice))
		}
		synctest.Wait()
		release()
		if got := <-before; got != session.Unknown {
			t.Errorf("asked before it was issued: %d, want unknown", got)
		}
		for _, answer := range after {
			if got := <-answer; got != session.Good {
				t.Errorf("asked after it was issued: %d, want good", got)
			}
		}
		if s := d.cache.Stats(); s.Loads != 2 || s.Joined != 99 {
			t.Errorf("%d look-ups and %d joined, want 2 and 99: one for the first, one for all others", s.Loads, s.Joined)
		}
	})
}

func TestP35TakenBackWhileALookUpIsUnderWay(t *testing.T) {
	atDesk(t, 0, func(d *desk) {
		alice := d.issue(d.token("alice"))
		read, release := d.hold()
		d.asked(alice)
		<-read
		d.settle(d.revoke(session.ByToken(alice.ID)))
		after := d.asked(alice)
		synctest.Wait()
		release()
		if got := <-after; got != session.Gone {
			t.Errorf("asked after it was taken back: %d, want gone", got)
		}
	})
}

func TestP36WhatIsUnknownIsNotRemembered(t *testing.T) {
	atDesk(t, 1000, func(d *desk) {
		for range 10 {
			alice := d.token("alice")
			d.want(alice, session.Unknown)
			d.want(alice, session.Unknown)
			d.issue(alice)
			d.remembers(alice)
		}
		for i := range 5000 {
			d.want(session.Token{Digest: numbered(uint64(i), 9)}, session.Unknown)
		}
		d.cache.memory.Wait()
		if n := d.cache.Stats().Remembered; n != 10 {
			t.Errorf("%d remembered, want the 10 that exist", n)
		}
	})
}

func TestOpenedAfterLogoutEverywhereIsGoodOnANodeThatHasNotHeardOfIt(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		old := d.issue(d.token("alice"))
		d.revoke(session.BySubject("alice"))
		alice := d.issue(d.token("alice"))
		if d.node.Set().Applied() != 0 {
			t.Fatal("the node has heard of it: this test no longer shows what it is for")
		}
		d.remembers(alice)
		time.Sleep(150 * time.Millisecond)
		if d.node.Set().Applied() != 1 {
			t.Fatal("the node has not renewed")
		}
		d.want(alice, session.Good)
		d.want(old, session.Gone)
		if s := d.cache.Stats(); s.Hits != 1 {
			t.Errorf("%d hits, want 1", s.Hits)
		}
	})
}

// Who ends a session by a token is told the truth of now, not what was remembered, and not what was seen before it asked.
func TestALookupIsOfTheStoreAndAfterTheQuestion(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(d.token("alice"))
		d.remembers(alice)
		seq := d.revoke(session.BySession(alice.SessionID)) // the node has not heard of it
		loads := d.cache.Stats().Loads
		found, err := d.cache.Lookup(context.Background(), alice.Digest)
		if err != nil || !found.Known || !found.Revoked || found.Head != seq || found.Token != alice {
			t.Errorf("Lookup = %+v, %v, want what the store has as of %d", found, err, seq)
		}
		nobody := numbered(7, 0)
		if found, err := d.cache.Lookup(context.Background(), nobody); err != nil || found.Known || found.Head != seq {
			t.Errorf("Lookup of an unknown digest = %+v, %v", found, err)
		}
		if n := d.cache.Stats().Loads - loads; n != 2 {
			t.Errorf("%d look-ups, want 2", n)
		}
	})
}
