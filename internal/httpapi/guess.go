package httpapi

import (
	"slices"

	"github.com/introspectd/introspectd/session"
)

// guess counts tokens that are well-formed and were never issued. Everything that looks a token up for somebody goes through one, so
// that no endpoint is a way around the bound of another.
type guess struct {
	x      *exchange
	key    string // a client's id; "": the address of the other end, which looks like none
	lookup bool   // the token is of a kind that is looked up here; any other costs nothing
}

func (x *exchange) guess(key string, token session.Handle, kinds ...session.Kind) guess {
	return guess{x, key, slices.Contains(kinds, token.Kind())}
}

// mayLook is asked before the store is.
func (g guess) mayLook() error {
	if g.lookup && g.x.server.cfg.Guesses.Exhausted(g.who(), g.x.at) {
		return errThrottled
	}
	return nil
}

// looked is told what came of it.
func (g guess) looked(known bool) {
	if g.lookup && !known {
		g.x.server.cfg.Guesses.Spend(g.who(), g.x.at)
	}
}

func (g guess) who() string {
	if g.key == "" {
		return neighbourhood(g.x.r)
	}
	return g.key
}

// hold finds what a bearer token is worth to its holder, who is nobody we know: guesses count for the address.
func (x *exchange) hold(text string) (session.Held, error) {
	token := session.Present(text)
	g := x.guess(neighbourhood(x.r), token, session.Access)
	if err := g.mayLook(); err != nil {
		return session.Held{}, err
	}
	held, err := x.server.settled.Hold(x.r.Context(), token, x.at)
	if err == nil {
		g.looked(held.Known)
	}
	return held, err
}
