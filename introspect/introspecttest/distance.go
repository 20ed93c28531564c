package introspecttest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// Distance is a place from which tokens are judged.
type Distance struct {
	// Name is how the table calls it. Where it promises something else than the others, the table says so in a line that begins with the
	// name, which stands in the place of all that is wanted otherwise. Without a name the table holds as it stands.
	Name string
	// Ask makes the one who asks for a client. It is nil where that client cannot ask from here; then "none" is what the table must want.
	Ask func(*testing.T, Fixture) introspect.Introspector
	// Exchange, when set, makes of each access token, as soon as it was opened, one internal token for each of its audiences. Those are
	// what is presented then: the one for the API that asks, or the first one when there is none.
	Exchange func(f Fixture, a introspect.Answer, to session.Audience, at time.Time) (session.Handle, error)
	// Signed, when set, makes what reads internal tokens beside the store. The fixture has no service yet.
	Signed func(Fixture) (introspect.Signed, error)
}

// distances are the names that lines of the table may begin with.
var distances = []string{"signature", "signed"}

// exchanged are the internal tokens that were made of one that was opened.
type exchanged map[string]session.Handle

func (w *world) exchange(o *session.Opened) (exchanged, error) {
	if w.distance.Exchange == nil {
		return nil, nil
	}
	a, err := w.service.Answer(w.t.Context(), &caller.Client{ID: "exchanger", Roles: caller.Admin}, o.Pair.Access, w.now())
	if err != nil {
		return nil, err
	}
	made := exchanged{}
	for name := range a.Audience.All() {
		audience, ok := w.callers.Audience(name)
		if !ok {
			return nil, fmt.Errorf("audience %q is not registered", name)
		}
		if made[name], err = w.distance.Exchange(w.fixture(), a, audience, w.now()); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// presented is what a client finds in a request that was made with an opened token.
func (w *world) presented(client, name string) session.Handle {
	o := w.opened[name]
	made := w.exchanged[name]
	if made == nil {
		return o.Pair.Access
	}
	c, ok := w.callers.Client(client)
	if ok {
		for own := range c.Audiences.All() {
			if token, ok := made[own]; ok {
				return token
			}
		}
	}
	return made[o.Access.Audience.Names()[0]]
}

// isWant reports whether a line says what is wanted.
func isWant(text string) bool {
	_, rest, ok := strings.Cut(text, ": ")
	return strings.HasPrefix(text, "want ") || ok && strings.HasPrefix(rest, "want ")
}

// promised leaves of a sentence, and of what is wanted after it, the lines that go for this distance.
func (w *world) promised(lines []line) []line {
	var common, own []line
	for _, l := range lines {
		name, rest, ok := strings.Cut(l.text, ": ")
		switch {
		case !ok || !slices.Contains(distances, name):
			common = append(common, l)
		case name == w.distance.Name:
			own = append(own, line{l.at, rest})
		}
	}
	if own != nil {
		return append(common[:1:1], own...)
	}
	return common
}

// wantNone: from here, this client asks nothing.
func wantNone(got outcome) error {
	if !got.none {
		return fmt.Errorf("got %+v, %w, and nobody should have asked", got.answer, errors.Join(got.err))
	}
	return nil
}
