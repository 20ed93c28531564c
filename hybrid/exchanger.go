package hybrid

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// ExchangerConfig is what an [Exchanger] stands on. Reader, Callers and Minter are needed.
type ExchangerConfig struct {
	Reader   *Reader // finds handles, reads tokens and knows what was taken back
	Callers  *caller.Registry
	Minter   *Minter
	Capacity int // exchanges remembered, at about two kilobytes each; 0 remembers none
	// Uses records when sessions were used, as [introspect.Config] has it. Nil: nobody records.
	Uses *session.Uses
}

// Exchanger makes an internal JWT of a token that somebody holds, if that one may have it (RFC 8693). It remembers what it has made while
// more than half of its life is left, so that a gateway that asks at each call does not cost a signature each time. What is remembered is
// given away only after the same questions as were asked when it was made.
type Exchanger struct {
	reader  *Reader
	callers *caller.Registry
	minter  *Minter
	memory  *memory
	uses    *session.Uses
	counts  exchangeCounts
	header  atomic.Pointer[header] // of the token that was made last
}

// maxExchanges keeps a memory below half a gigabyte.
const maxExchanges = 200_000

// NewExchanger refuses a configuration that would not work.
func NewExchanger(c ExchangerConfig) (*Exchanger, error) {
	switch {
	case c.Reader == nil || c.Callers == nil || c.Minter == nil:
		return nil, errors.New("exchanger: reader, client registry or minter is missing")
	case c.Capacity < 0 || c.Capacity > maxExchanges:
		return nil, fmt.Errorf("exchanger: capacity is not between 0 and %d", maxExchanges)
	}
	return &Exchanger{reader: c.Reader, callers: c.Callers, minter: c.Minter, memory: newMemory(c.Capacity), uses: c.Uses}, nil
}

// ExchangeRequest says what is held, and what is wanted for it.
type ExchangeRequest struct {
	Token    session.Handle // an access token of ours, opaque or signed
	Audience string
	Scope    session.List // empty: all that the token has for the audience
	Admit    func() error // as [introspect.Finder] has it; may be nil
}

// Exchanged is what came of it.
type Exchanged struct {
	Token         session.Handle
	Authorization session.Handle // the value of an Authorization header with the token in it, put together when that was made
	Claims        Claims
	Remembered    bool // no signature was made
	Known         bool // the presented token is or was one of ours; told beside a refusal too
}

// bearer is the scheme of an Authorization header (RFC 6750 §2.1).
const bearer = "Bearer "

// Exchange makes a token for a client, which has been authenticated, or for whoever holds the presented token when the client is nil. A
// no is a [*session.Refusal] (RFC 8693 §2.2.2). Other errors wrap [session.ErrUnavailable], or are Admit's own.
//
// The new token carries the seq as of which the presented one was known good: what is taken back while it is made covers it.
func (e *Exchanger) Exchange(ctx context.Context, c *caller.Client, q *ExchangeRequest, at time.Time) (Exchanged, error) {
	out, err := e.exchange(ctx, c, q, at)
	switch {
	case err != nil:
		if _, no := errors.AsType[*session.Refusal](err); no {
			e.counts.refused.Add(1)
		}
	case out.Remembered:
		e.counts.remembered.Add(1)
	default:
		e.counts.minted.Add(1)
	}
	return out, err
}

func (e *Exchanger) exchange(ctx context.Context, c *caller.Client, q *ExchangeRequest, at time.Time) (Exchanged, error) {
	if c != nil && !mayExchange(c) {
		return Exchanged{}, errNotAllowed
	}
	fence := e.reader.fence
	era := fence.Era()
	s, known, err := e.subject(ctx, c, q, at)
	out := Exchanged{Known: known}
	if err != nil {
		return out, err
	}
	g, err := e.grant(c, &s, q)
	if err != nil {
		return out, err
	}
	g.log, g.era = fence.Log(), era
	// The seq that the subject was good as of, and what the set knows, are positions in one log.
	if fence.Era() != era {
		return out, errHistory
	}
	k := key{s.presented, q.Audience, g.scope, g.caller}
	if m := e.memory.find(k); m != nil && m.serves(&s, &g, at) && !m.claims.TakenBack(fence.Set()) {
		out.Remembered = true
		m.give(&out)
		return out, nil
	}
	made, err := e.mint(&s, &g, q.Audience, at)
	if err != nil {
		return out, err
	}
	e.memory.put(k, made)
	made.give(&out)
	return out, nil
}

func (e *Exchanger) mint(s *subject, g *grant, audience string, at time.Time) (*minted, error) {
	credentials, claims, err := e.minter.mint(&Request{
		Answer: s.answer(), Log: g.log, Audience: audience, Scope: g.scope, TTL: g.ttl, Handle: s.token.ID, Actors: g.actors,
		MadeFrom: g.line, Withheld: g.left,
	}, at, bearer)
	if err != nil {
		return nil, err
	}
	made := &minted{credentials, claims, g.era}
	made.claims.KeyID = e.keyOf(made.token())
	return made, nil
}
