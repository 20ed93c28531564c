package hybrid

import (
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// Signer signs a payload under the key of the moment and appends the compact JWS to dst. An error that wraps session.ErrUnavailable means
// that it cannot know its keys.
type Signer interface {
	Sign(dst []byte, typ string, payload []byte, at time.Time) ([]byte, error)
}

// MintConfig is what a minter is made of.
type MintConfig struct {
	Issuer string
	Signer Signer
	TTL    time.Duration // 60 s: the life of a token when the request names none
}

// Minter makes internal JWTs out of answers.
type Minter struct{ cfg MintConfig }

// NewMinter validates the configuration.
func NewMinter(cfg MintConfig) (*Minter, error) {
	if cfg.TTL == 0 {
		cfg.TTL = time.Minute
	}
	switch {
	case cfg.Issuer == "" || !printable(cfg.Issuer):
		return nil, errors.New("minter: issuer is missing or not printable")
	case cfg.Signer == nil:
		return nil, errors.New("minter: signer is missing")
	case cfg.TTL < time.Second || cfg.TTL > MaxLife:
		return nil, fmt.Errorf("minter: life of a token is not between one second and %v", MaxLife)
	}
	return &Minter{cfg}, nil
}

// Request says which token is wanted.
type Request struct {
	Answer   introspect.Answer // what the presented token is worth, unnarrowed for this purpose
	Log      string            // the id of the revocation log that Answer.Asof counts in
	Audience string            // one of the answer's
	Scope    session.List      // a part of the answer's; empty: none
	TTL      time.Duration     // 0: the minter's. Cut at the answer's end in any case.

	// Handle is the id of the handle at the beginning of the chain; zero: the answer is that handle's own.
	Handle session.ID
	// Actors are the clients that it came through, the one that asks now first.
	Actors session.List
	// MadeFrom are the internal tokens that it was made of.
	MadeFrom Line
	// Withheld is what of the handle's scope was left out on the way, this time included.
	Withheld Withheld
}

// Mint makes one token. What would be wider than the answer, or is made of a token that is not active now, is a [*session.Refusal]. The
// token never lives past the answer's own end, which lies within its session.
func (m *Minter) Mint(q *Request, at time.Time) (session.Handle, Claims, error) {
	return m.mint(q, at, "")
}

// mint writes the token behind a prefix.
func (m *Minter) mint(q *Request, at time.Time, prefix string) (session.Handle, Claims, error) {
	c, err := m.claims(q, at)
	if err != nil {
		return session.Handle{}, Claims{}, err
	}
	payload := c.appendJSON(make([]byte, 0, 2<<10)) // room for most tokens behind it
	text, err := m.cfg.Signer.Sign(append(payload[len(payload):], prefix...), mediaType, payload, at)
	if err != nil {
		return session.Handle{}, Claims{}, fmt.Errorf("sign internal token: %w", err)
	}
	if len(text)-len(prefix) > jwks.MaxToken {
		return session.Handle{}, Claims{}, fmt.Errorf("mint: the token would be longer than %d bytes", jwks.MaxToken)
	}
	return session.Present(string(text)), c, nil
}

func (m *Minter) claims(q *Request, at time.Time) (Claims, error) {
	a := &q.Answer
	ttl := q.TTL
	if ttl == 0 {
		ttl = m.cfg.TTL
	}
	now := session.DateOf(at)
	switch {
	case !a.Active || a.ExpiresAt.Passed(at) || a.NotBefore > now || a.TokenType != "Bearer":
		return Claims{}, &session.Refusal{Reason: session.InvalidRequest, Detail: "the token is not an active access token"}
	case q.Audience == "" || !a.Audience.Has(q.Audience):
		return Claims{}, &session.Refusal{Reason: session.InvalidTarget, Detail: "the token is not for this audience"}
	case !q.Scope.Within(a.Scope):
		return Claims{}, &session.Refusal{Reason: session.InvalidScope, Detail: "the token does not have one of the scopes"}
	case q.Actors.Len() > MaxActors:
		return Claims{}, &session.Refusal{Reason: session.InvalidRequest, Detail: fmt.Sprintf("the token came through more than %d clients", MaxActors)}
	case ttl < time.Second || ttl > MaxLife:
		return Claims{}, fmt.Errorf("mint: a life of %v is not between one second and %v", ttl, MaxLife)
	case a.ExpiresAt == 0:
		return Claims{}, errors.New("mint: the answer has no end")
	}
	c := Claims{
		Issuer: m.cfg.Issuer, Subject: a.Subject, Audience: q.Audience, Client: a.Client, Scope: q.Scope, ID: session.NewID(), Handle: q.Handle,
		Log: q.Log, Asof: a.Asof, IssuedAt: now, NotBefore: now, ExpiresAt: min(session.DateOf(at.Add(ttl)), a.ExpiresAt),
		AuthTime: a.AuthTime, ACR: a.ACR, AMR: a.AMR, Actors: q.Actors, MadeFrom: q.MadeFrom, Withheld: q.Withheld,
	}
	return c, c.complete(a)
}

// complete fills in the ids and refuses to sign what our own verifier would not take: that is a bug somewhere before us.
func (c *Claims) complete(a *introspect.Answer) error {
	var sid, tid bool
	c.Session, sid = session.ParseID(a.Session)
	if tid = !c.Handle.IsZero(); !tid {
		c.Handle, tid = session.ParseID(a.ID)
	}
	if !sid || !tid || !c.MadeFrom.valid(c.ID) {
		return errors.New("mint: the answer has no session or no id, or the tokens that it was made of are not each another one")
	}
	for _, text := range [...]string{c.Subject, c.Client, c.Log} {
		if text == "" || !printable(text) {
			return errors.New("mint: subject, client or log is missing or not printable")
		}
	}
	_, scope := names(string(c.Scope))
	_, actors := names(string(c.Actors))
	if !scope || !actors || !session.ValidScopeName(c.Audience) || !printable(c.ACR) || !printable(string(c.AMR)) || c.AuthTime < 0 || c.AuthTime > lastDate {
		return errors.New("mint: audience, scope, actors or authentication are not in their one spelling")
	}
	return nil
}
