package httpapi

import (
	"context"
	"fmt"
	"slices"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// guess counts tokens that are well-formed and were never issued. Everything that looks a token up for somebody goes through one, so
// that no endpoint is a way around a bound. Each purpose has a bound of its own.
type guess struct {
	x       *exchange
	purpose caller.Purpose
	source  string // a client's id, or an address, which looks like none
	token   session.Handle
	lookup  bool // the token is of a kind that is looked up here; any other costs nothing
	looked  bool // the store was asked
}

// Format says whose guess it is: package fmt would not ask the token in it how it prints.
func (g guess) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s by %s: %v", g.purpose, g.source, g.token)
}

// guess is one of a client.
func (x *exchange) guess(p caller.Purpose, c *caller.Client, token session.Handle, kinds ...session.Kind) *guess {
	return &guess{x: x, purpose: p, source: c.ID, token: token, lookup: slices.Contains(kinds, token.Kind())}
}

// strangersGuess is one of somebody at an address, whom we do not know.
func (x *exchange) strangersGuess(p caller.Purpose, token session.Handle) *guess {
	return &guess{x: x, purpose: p, source: neighbourhood(x.r), token: token, lookup: token.Kind() == session.Access}
}

// mayLook is asked before the store is.
func (g *guess) mayLook() error {
	if g.lookup && !g.x.server.cfg.Guesses.MayLook(g.purpose, g.source, g.token.Digest(), g.x.at) {
		return errThrottled
	}
	g.looked = true
	return nil
}

// found is told what came of it.
func (g *guess) found(known bool) {
	switch {
	case !g.lookup || !g.looked: // it was remembered
	case known:
		g.x.server.cfg.Guesses.Known(g.token.Digest())
	default:
		g.x.server.cfg.Guesses.Unknown(g.purpose, g.source, g.x.at)
	}
}

// mayTakeBack is mayLook for what takes back: it must go through, however many guesses came from the same source. Past the bound a token is first
// looked up in a lane of its own, and what exists goes on.
func (g *guess) mayTakeBack(ctx context.Context) error {
	if err := g.mayLook(); err == nil || !g.lookup {
		return nil
	}
	known := false
	err := g.x.server.lane.pass(ctx, func() (err error) {
		known, err = g.x.server.settled.Known(ctx, g.token)
		return err
	})
	if err != nil {
		g.x.server.notes.undone(g.x, "token", g.token.String(), err)
		return err
	}
	g.looked = true
	if g.found(known); !known {
		return errThrottled
	}
	return nil
}

// issued takes note of tokens that somebody will come with: they are no guesses.
func (x *exchange) issued(p session.Pair) {
	x.server.cfg.Guesses.Known(p.Access.Digest())
	if !p.Refresh.IsZero() {
		x.server.cfg.Guesses.Known(p.Refresh.Digest())
	}
}

// hold finds what a bearer token is worth to its holder, who is nobody we know: guesses count for the address.
func (x *exchange) hold(text string) (session.Held, error) {
	token := session.Present(text)
	g := x.strangersGuess(caller.Presenting, token)
	if err := g.mayLook(); err != nil {
		return session.Held{}, err
	}
	held, err := x.server.settled.Hold(x.r.Context(), token, x.at)
	if err == nil {
		g.found(held.Known)
	}
	return held, err
}
