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
	g.scope = e.offered(s, &a)
	if q.Scope != "" {
		if !q.Scope.Within(g.scope) {
			return g, &session.Refusal{Reason: session.InvalidScope, Detail: "the token does not have one of the scopes for this audience"}
		}
		g.scope = q.Scope
	}
	if g.ttl = e.minter.cfg.TTL; a.JWTTTL != 0 {
		g.ttl = min(max(a.JWTTTL, time.Second), MaxLife)
	}
	var err error
	g.actors, err = s.through(g.caller)
	return g, err
}

// offered is what the token has for an audience. Of what a signed token could have carried, it is no more than that one did.
func (e *Exchanger) offered(s *subject, a *session.Audience) session.List {
	all := s.token.Scope.And(a.Scopes)
	if s.parent == nil {
		return all
	}
	before, _ := e.callers.Audience(s.parent.Audience)
	var kept []string
	for name := range all.All() {
		if s.parent.Scope.Has(name) || a.Name != s.parent.Audience && !before.Scopes.Has(name) {
			kept = append(kept, name)
		}
	}
	return session.ListOf(kept...)
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
