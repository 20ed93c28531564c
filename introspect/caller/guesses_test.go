package caller

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
)

func digest() (d session.Digest) {
	_, _ = rand.Read(d[:])
	return d
}

func TestGuessesForOnePurposeFromOneSourceStopNoOthers(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	g := NewGuesses(50, 500)
	for i := range 500 {
		if !g.MayLook(Forwarding, "192.0.2.1", digest(), at) || !g.Unknown(Forwarding, "192.0.2.1", at) {
			t.Fatalf("stopped at guess %d of the first 500", i+1)
		}
	}
	if g.MayLook(Forwarding, "192.0.2.1", digest(), at) || g.Unknown(Forwarding, "192.0.2.1", at) {
		t.Error("guesses have no bound")
	}
	for _, p := range []Purpose{Introspection, Exchanging, Refreshing, Presenting, TakingBack} {
		if !g.MayLook(p, "192.0.2.1", digest(), at) {
			t.Errorf("%s is stopped by guesses at %s", p, Forwarding)
		}
	}
	if !g.MayLook(Forwarding, "192.0.2.2", digest(), at) {
		t.Error("another address is stopped")
	}
	if !g.MayLook(Forwarding, "192.0.2.1", digest(), at.Add(time.Second)) {
		t.Error("stopped for ever")
	}
}

func TestWhatExistsIsNoGuess(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	g := NewGuesses(0.001, 1)
	issued := digest()
	g.Known(issued)
	g.Unknown(Forwarding, "a", at)
	for range 3 * 4 * knownRows { // guessing clears nothing
		if d := digest(); g.known.has(d) || g.MayLook(Forwarding, "a", d, at) {
			t.Fatal("a guess is taken for something that exists")
		}
		g.Unknown(Forwarding, "a", at)
	}
	if !g.MayLook(Forwarding, "a", issued, at) {
		t.Error("what exists is not looked up")
	}
}

// What is added last is found; of what was added before, about as much as there is room for.
func TestWhatExistsIsRememberedUpToANumber(t *testing.T) {
	k := make(known, knownRows)
	if size := len(k) * len(row{}) * 8; size != 2<<20 {
		t.Errorf("the table has %d bytes, want 2 MB", size)
	}
	digests := make([]session.Digest, knownRows) // a quarter of the places
	for i := range digests {
		digests[i] = digest()
		k.add(digests[i])
		k.add(digests[i])
		if !k.has(digests[i]) {
			t.Fatal("forgotten at once")
		}
	}
	kept := 0
	for _, d := range digests {
		if k.has(d) {
			kept++
		}
	}
	if kept < len(digests)*99/100 {
		t.Errorf("%d of %d are known, want nearly all", kept, len(digests))
	}
}
