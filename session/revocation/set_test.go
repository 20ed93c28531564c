package revocation

import (
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
)

func entries(from Seq, sel ...session.Selector) []Entry {
	out := make([]Entry, len(sel))
	for i, s := range sel {
		out[i] = Entry{Seq: from + Seq(i), Selector: s}
	}
	return out
}

func TestTheSetCoversWhatMatchesAndWasKnownBefore(t *testing.T) {
	token := &session.Token{ID: session.NewID(), SessionID: session.NewID(), Subject: "alice", Client: "web"}
	handle := MarksOf(token)
	jwt := handle
	jwt.Token, jwt.From, jwt.Client, jwt.IssuedClient, jwt.Key = session.NewID(), token.ID, "gateway", "web", "k1"
	for _, c := range []struct {
		name        string
		sel         session.Selector
		handle, jwt bool
	}{
		{"its token", session.ByToken(token.ID), true, true},
		{"the JWT alone", session.ByToken(jwt.Token), false, true},
		{"its session", session.BySession(token.SessionID), true, true},
		{"its subject", session.BySubject("alice"), true, true},
		{"its client", session.ByClient("web"), true, true},
		{"the client it was exchanged for", session.ByClient("gateway"), false, true},
		{"its key", session.ByKey("k1"), false, true},
		{"everything", session.Everything(), true, true},
		{"another token", session.ByToken(session.NewID()), false, false},
		{"a session with the token's id", session.BySession(token.ID), false, false},
		{"another subject", session.BySubject("Alice"), false, false},
		{"a subject named like the client", session.BySubject("web"), false, false},
		{"a key named like the client", session.ByKey("web"), false, false},
		{"another key", session.ByKey("k2"), false, false},
	} {
		set := NewSet()
		set.Reset(4)
		set.Apply(entries(5, c.sel), 0)
		if got := set.Covers(&handle, 4); got != c.handle {
			t.Errorf("%s: a handle known as of 4 is covered: %v, want %v", c.name, got, c.handle)
		}
		if got := set.Covers(&jwt, 4); got != c.jwt {
			t.Errorf("%s: a JWT known as of 4 is covered: %v, want %v", c.name, got, c.jwt)
		}
		if set.Covers(&handle, 5) {
			t.Errorf("%s: a handle known as of the entry itself is covered", c.name)
		}
		// Whoever stole the key writes any asof he likes.
		if got, want := set.Covers(&jwt, 1<<60), c.sel.Target == session.TargetKey && c.jwt; got != want {
			t.Errorf("%s: a JWT with a high asof is covered: %v, want %v", c.name, got, want)
		}
	}
}

func TestAnEntryIsForgottenOnlyWhenNothingRememberedIsBelievedSoLong(t *testing.T) {
	set, marks := NewSet(), Marks{Subject: "alice"}
	set.Apply(entries(1, session.BySubject("alice")), 0)
	set.Apply(entries(2, session.BySubject("bob")), Instant(Memory))
	if !set.Covers(&marks, 0) {
		t.Error("forgotten after exactly the time that answers are believed")
	}
	if !Forgotten(0, Instant(Memory-time.Second)) {
		t.Error("something remembered at the time of the entry would outlive it")
	}
	set.Apply(nil, Instant(Memory+1))
	if set.Covers(&marks, 0) || set.Len() != 1 {
		t.Errorf("kept %d entries, want bob's alone", set.Len())
	}
}

func TestTakingBackAgainIsNotForgottenWithTheFirstTime(t *testing.T) {
	set, marks := NewSet(), Marks{Subject: "alice"}
	set.Apply(entries(1, session.BySubject("alice")), 0)
	set.Apply(entries(2, session.BySubject("alice")), Instant(time.Minute))
	set.Apply(nil, Instant(Memory+time.Second))
	if !set.Covers(&marks, 1) {
		t.Error("the second entry went with the first")
	}
	set.Apply(nil, Instant(Memory+2*time.Minute))
	if set.Len() != 0 || len(set.names) != 0 {
		t.Errorf("%d entries and %d names left, want none", set.Len(), len(set.names))
	}
}

func TestApplyingTwiceChangesNothing(t *testing.T) {
	set := NewSet()
	e := entries(1, session.BySubject("alice"), session.ByClient("web"))
	set.Apply(e, 0)
	set.Apply(e, 1)
	if set.Applied() != 2 || set.Len() != 2 {
		t.Errorf("applied %d with %d entries, want 2 and 2", set.Applied(), set.Len())
	}
}

// A storm of logouts costs memory while it matters, and none after.
func TestAStormIsForgotten(t *testing.T) {
	const storm = 200_000
	set := NewSet()
	batch := make([]Entry, storm)
	for i := range batch {
		batch[i] = Entry{Seq: Seq(i + 1), Selector: session.BySession(session.NewID())}
	}
	set.Apply(batch, 0)
	if set.Len() != storm {
		t.Fatalf("holds %d entries, want %d", set.Len(), storm)
	}
	set.Apply(nil, Instant(Memory+1))
	if set.Len() != 0 || len(set.sessions) != 0 || cap(set.recent) != 0 {
		t.Errorf("%d entries, %d ids, room for %d left after they were forgotten", set.Len(), len(set.sessions), cap(set.recent))
	}
}

// What does the fence cost a question: with nothing taken back, and with a hundred thousand entries?
func BenchmarkCovers(b *testing.B) {
	marks := MarksOf(&session.Token{ID: session.NewID(), SessionID: session.NewID(), Subject: "alice", Client: "web"})
	for name, n := range map[string]int{"empty": 0, "100k": 100_000} {
		b.Run(name, func(b *testing.B) {
			set := NewSet()
			for i := range n {
				set.Apply(entries(Seq(i+1), session.BySession(session.NewID())), 0)
			}
			b.ReportAllocs()
			for b.Loop() {
				if set.Covers(&marks, 0) {
					b.Fatal("covered")
				}
			}
		})
	}
}
