package guard_test

import (
	"errors"
	"testing"

	"github.com/introspectd/introspectd/session"
)

func TestWhatWasClearIsLookedAtAgainWhenMoreIsTakenBack(t *testing.T) {
	g, f, _, token, itsSession := recalled(t)
	for range 3 { // with nothing in the set, with another's session, with two
		for range 3 {
			want(t, g, token, true, "while others are taken back")
		}
		f.hear(session.BySession(session.NewID()))
	}
	want(t, g, token, true, "before")
	f.hear(itsSession)
	for range 3 {
		want(t, g, token, false, "taken back")
	}
	f.hear(session.BySession(session.NewID()))
	want(t, g, token, false, "when another one is")
}

func TestWhatIsClearIsNotLookedAtAgain(t *testing.T) {
	g, f, _, token, _ := recalled(t)
	f.hear(session.BySession(session.NewID()))
	want(t, g, token, true, "looked at")
	f.sets = 0
	for range 10 {
		want(t, g, token, true, "clear")
	}
	if f.sets != 10 {
		t.Errorf("the set was asked for %d times in 10 calls, want once in each: for its number", f.sets)
	}
}

// The token is taken back in the midst of a question, which may be answered either way. The next one may not.
func TestWhatIsTakenBackDuringALookIsNotTakenForClear(t *testing.T) {
	for nth := range 3 {
		g, f, _, token, itsSession := recalled(t)
		f.hear(session.BySession(session.NewID())) // so that it is looked at again
		f.sets, f.nth = 0, nth+1
		f.looking = func() { f.hear(itsSession) }
		if _, err := g.Introspect(t.Context(), session.Present(token)); err != nil {
			t.Fatal(err)
		}
		want(t, g, token, false, "taken back before the set was asked for anew")
	}
}

// Another log has come to the same number, under which the verdict was clear in the one before.
func TestTheNumberOfAnotherLogMakesNothingClear(t *testing.T) {
	g, f, _, token, itsSession := recalled(t)
	f.hear(session.BySession(session.NewID()))
	for range 2 {
		want(t, g, token, true, "clear as of entry 1")
	}
	f.log, f.head = "log-2", 0
	f.hear(itsSession)
	for range 2 {
		if a, err := g.Introspect(t.Context(), session.Present(token)); !errors.Is(err, session.ErrUnavailable) || a.Active {
			t.Errorf("Introspect = active %v, %v; want ErrUnavailable", a.Active, err)
		}
	}
}
