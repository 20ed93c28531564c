package hybrid

import (
	"context"
	"time"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// subject is a token that was presented to be exchanged.
type subject struct {
	presented session.Digest
	token     session.Token // the handle, presented or at the beginning of the chain
	asof      session.Seq
	ends      session.Date
	parent    *Claims // of the signed token that was presented; nil: it was the handle
}

// Refusals that say nothing of the token's state.
var (
	errNotAllowed = &session.Refusal{Reason: session.UnauthorizedClient, Detail: "the client has no role or no grant type that allows token exchange"}
	errSubject    = &session.Refusal{Reason: session.InvalidRequest, Detail: "the subject token is unknown, expired, revoked, or not this client's to exchange"}
)

// mayExchange reports whether a client may use the grant at all.
func mayExchange(c *caller.Client) bool {
	const grant = "urn:ietf:params:oauth:grant-type:token-exchange"
	return c.Roles.May(caller.Gateway|caller.Service|caller.API) && (c.GrantTypes == "" || c.GrantTypes.Has(grant))
}

// subject finds what a token stands for. Whoever presents an opaque token need not be a client; a signed one was handed to a service, and
// only that service may go on with it.
func (e *Exchanger) subject(ctx context.Context, c *caller.Client, q *ExchangeRequest, at time.Time) (s subject, known bool, err error) {
	if kind := q.Token.Kind(); kind == session.Malformed && c != nil {
		return e.chained(ctx, c, q.Token, at)
	} else if kind != session.Access {
		return subject{}, false, errSubject
	}
	digest := q.Token.Digest()
	found, err := e.reader.finder.Find(ctx, digest, at, q.Admit)
	if err != nil {
		return subject{}, false, err
	}
	known = found.Standing != session.Unknown
	if found.Standing != session.Good || found.Token.Kind != session.Access || c != nil && !mayHold(c, &found.Token) {
		return subject{}, known, errSubject
	}
	e.used(&found, at)
	return subject{presented: digest, token: found.Token, asof: found.Asof, ends: found.Token.ExpiresAt}, true, nil
}

// mayHold reports whether a client has come by a handle honestly: gateways see everybody's; others those that were issued to them or are
// addressed to them.
func mayHold(c *caller.Client, t *session.Token) bool {
	return c.Roles.May(caller.Gateway) || t.Client == c.ID || addressed(c, t.Audience)
}

func addressed(c *caller.Client, audience session.List) bool {
	for name := range audience.All() {
		if c.Audiences.Has(name) {
			return true
		}
	}
	return false
}

func (e *Exchanger) chained(ctx context.Context, c *caller.Client, token session.Handle, at time.Time) (subject, bool, error) {
	read, err := e.reader.Read(ctx, token, at)
	if err != nil {
		return subject{}, false, err
	}
	if !read.Good || !c.Audiences.Has(read.Claims.Audience) && !c.Roles.May(caller.Admin) {
		return subject{}, read.Good, errSubject
	}
	e.used(&read.Found, at)
	// It is as old as the older of the two: what covers either covers what is made of them.
	return subject{
		presented: token.Digest(), token: read.Found.Token, asof: min(read.Found.Asof, read.Claims.Asof), ends: min(read.Found.Token.ExpiresAt, read.Claims.ExpiresAt),
		parent: &read.Claims,
	}, true, nil
}

// useEvery is how often a use of one token is recorded at most.
const useEvery = time.Minute

func (e *Exchanger) used(f *session.Found, at time.Time) {
	if e.uses != nil && f.Usage.Due(session.DateOf(at), useEvery) {
		e.uses.Record(f.Token.SessionID, session.DateOf(at))
	}
}

// answer is what the minter narrows.
func (s *subject) answer() introspect.Answer {
	t := &s.token
	return introspect.Answer{
		Active: true, TokenType: "Bearer", Subject: t.Subject, Client: t.Client, Audience: t.Audience, Scope: t.Scope, ID: t.ID.String(),
		Session: t.SessionID.String(), IssuedAt: t.IssuedAt, ExpiresAt: s.ends, AuthTime: t.AuthTime, ACR: t.ACR, AMR: t.AMR, Asof: s.asof,
	}
}
