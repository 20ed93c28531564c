package hybrid

import (
	"fmt"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// grant is what a subject is exchanged for.
type grant struct {
	caller string // who gets it: the client that asks, or the one that holds the handle
	scope  session.List
	ttl    time.Duration
	actors session.List
	line   Line
	left   Withheld
	log    string
	era    uint64 // that of the log
}

var errTarget = &session.Refusal{
	Reason: session.InvalidTarget, Detail: "the audience is not registered, does not list the client as a caller, or is not one of the token's",
}

// grant decides, by what is registered now.
func (e *Exchanger) grant(c *caller.Client, s *subject, q *ExchangeRequest) (grant, error) {
	g := grant{caller: s.token.Client}
	if c != nil {
		g.caller = c.ID
	}
	a, registered := e.callers.Audience(q.Audience)
	if !registered || !s.token.For(q.Audience) || !a.Callers.Has(g.caller) {
		return g, errTarget
	}
	g.left = s.withheld(e.callers)
	g.scope = s.offered(g.left, &a)
	if q.Scope != "" {
		if !q.Scope.Within(g.scope) {
			return g, &session.Refusal{Reason: session.InvalidScope, Detail: "the token does not have one of the scopes for this audience"}
		}
		g.scope = q.Scope
		g.left = g.left.and(s.token.Scope, a.Scopes, g.scope)
	}
	if g.ttl = e.minter.cfg.TTL; a.JWTTTL != 0 {
		g.ttl = min(max(a.JWTTTL, time.Second), MaxLife)
	}
	var err error
	if g.actors, err = s.through(g.caller); err == nil {
		g.line, err = s.line()
	}
	return g, err
}

// offered is what the token has for an audience. Of what a signed token could have carried, it is no more than that one did, and the one
// before that, back to the handle.
func (s *subject) offered(left Withheld, a *session.Audience) session.List {
	if s.parent == nil {
		return s.token.Scope.And(a.Scopes)
	}
	return left.rest(s.token.Scope).And(a.Scopes)
}

// withheld is what was left out before: as the presented token says, and of what its audience is registered to offer by now.
func (s *subject) withheld(callers *caller.Registry) Withheld {
	if s.parent == nil {
		return 0
	}
	before, _ := callers.Audience(s.parent.Audience)
	return s.parent.Withheld.and(s.token.Scope, before.Scopes, s.parent.Scope)
}

// line names the presented token in front of those that it was made of.
func (s *subject) line() (Line, error) {
	if s.parent == nil {
		return Line{}, nil
	}
	l, ok := s.parent.MadeFrom.from(s.parent.ID)
	if !ok {
		return Line{}, &session.Refusal{Reason: session.InvalidRequest, Detail: fmt.Sprintf("the subject token was exchanged %d times already", MaxActors)}
	}
	return l, nil
}

// through is the chain of clients with one more in front. A client that exchanges what was issued to it acts for itself (RFC 8693 §1.1).
func (s *subject) through(client string) (session.List, error) {
	switch {
	case s.parent == nil && client == s.token.Client:
		return "", nil
	case s.parent == nil:
		return session.List(client), nil
	case s.parent.Actors.Has(client):
		return "", &session.Refusal{Reason: session.InvalidRequest, Detail: "the subject token came through this client already"}
	case s.parent.Actors.Len() == MaxActors:
		return "", &session.Refusal{Reason: session.InvalidRequest, Detail: fmt.Sprintf("the subject token came through %d clients already", MaxActors)}
	default:
		return session.ListOf(append([]string{client}, s.parent.Actors.Names()...)...), nil
	}
}
