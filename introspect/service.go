package introspect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// Errors of [Service.Answer] that say that the one who asks gets no answer, whatever the token. All others wrap [session.ErrUnavailable].
var (
	ErrForbidden = errors.New("the client may not introspect") // it lacks the api and the admin role, or is not in order any more
	ErrThrottled = errors.New("the client asked about too many tokens that were never issued")
)

// Config is what a [Service] stands on.
type Config struct {
	Finder  Finder
	Callers *caller.Registry
	Issuer  string // the iss of each active answer
	// Signed reads the tokens that this installation signs. Nil: it signs none, and they are junk.
	Signed Signed
	// Guesses counts, by client id, the questions about well-formed tokens that were never issued (RFC 7662 §4). Nil: nobody counts.
	Guesses *caller.Guesses
	// Uses records when sessions were used, at most once per token and UseEvery. Nil: nobody records.
	Uses     *session.Uses
	UseEvery time.Duration // 1 min
}

// Signed reads tokens that the installation has signed itself. An implementation
//   - MUST answer the zero [Answer] for whatever is not one, or is not good at a moment after the call;
//   - MUST NOT narrow the answer to anybody: that is done here;
//   - MUST say which handle an active answer goes back to.
type Signed interface {
	ReadSigned(ctx context.Context, token session.Handle, at time.Time) (Answer, session.Found, error)
}

// Service answers beside the store.
type Service struct{ cfg Config }

// NewService refuses a configuration that would not work.
func NewService(c Config) (*Service, error) {
	if c.UseEvery == 0 {
		c.UseEvery = time.Minute
	}
	switch {
	case c.Finder == nil:
		return nil, errors.New("introspection: nobody to find tokens")
	case c.Callers == nil:
		return nil, errors.New("introspection: no client registry")
	case c.Issuer == "":
		return nil, errors.New("introspection: no issuer")
	case c.UseEvery < time.Second:
		return nil, errors.New("introspection: uses are recorded by the second, not more often")
	}
	return &Service{c}, nil
}

// Answer says what a token is worth to a client, which has been authenticated, at a time, which is now.
func (s *Service) Answer(ctx context.Context, c *caller.Client, token session.Handle, at time.Time) (Answer, error) {
	if !c.Roles.May(caller.API) {
		return Answer{}, ErrForbidden
	}
	// What is no handle of ours costs nothing and counts as nothing: it cannot be a guess that comes true.
	kind := token.Kind()
	switch {
	case kind == session.Malformed && s.cfg.Signed != nil:
		return s.signed(ctx, c, token, at)
	case kind != session.Access && kind != session.Refresh:
		return Answer{}, nil
	}
	d, cold := token.Digest(), false
	found, err := s.cfg.Finder.Find(ctx, d, at, s.admit(c, d, at, &cold))
	if err != nil {
		if errors.Is(err, ErrThrottled) {
			return Answer{}, ErrThrottled
		}
		return Answer{}, fmt.Errorf("introspect: %w", err)
	}
	if cold && found.Standing != session.Unknown {
		s.cfg.Guesses.Known(d)
	}
	switch {
	case found.Standing == session.Unknown:
		return Answer{}, s.guessed(c, at)
	case found.Standing != session.Good, found.Token.Kind != kind:
		return Answer{}, nil
	}
	scope, ok := visible(s.cfg.Callers, c, &found.Token)
	if !ok {
		return Answer{}, nil
	}
	if kind == session.Access {
		s.used(&found, at)
	}
	return s.active(&found, scope), nil
}

// signed answers for a token that was made of a handle. It is judged like the handle: for the one who asks, at every question.
func (s *Service) signed(ctx context.Context, c *caller.Client, token session.Handle, at time.Time) (Answer, error) {
	a, found, err := s.cfg.Signed.ReadSigned(ctx, token, at)
	if err != nil {
		return Answer{}, fmt.Errorf("introspect: %w", err)
	}
	if !a.Active {
		return Answer{}, nil
	}
	seen := session.Token{Kind: session.Access, Client: a.Client, Audience: a.Audience, Scope: a.Scope}
	scope, ok := visible(s.cfg.Callers, c, &seen)
	if !ok {
		return Answer{}, nil
	}
	s.used(&found, at)
	a.Scope = scope
	return a, nil
}

func (s *Service) used(f *session.Found, at time.Time) {
	if s.cfg.Uses != nil && f.Usage.Due(session.DateOf(at), s.cfg.UseEvery) {
		s.cfg.Uses.Record(f.Token.SessionID, session.DateOf(at))
	}
}

// admit stops those who have guessed too much where the store would be asked. Of what is remembered, or was known once, they still learn: a
// client whose own tokens are in order is not locked out by what it did wrong. Cold is set when the store is asked.
func (s *Service) admit(c *caller.Client, d session.Digest, at time.Time, cold *bool) func() error {
	if s.cfg.Guesses == nil {
		return nil
	}
	return func() error {
		if !s.cfg.Guesses.MayLook(caller.Introspection, c.ID, d, at) {
			return ErrThrottled
		}
		*cold = true
		return nil
	}
}

func (s *Service) guessed(c *caller.Client, at time.Time) error {
	if s.cfg.Guesses != nil && !s.cfg.Guesses.Unknown(caller.Introspection, c.ID, at) {
		return ErrThrottled
	}
	return nil
}

func (s *Service) active(f *session.Found, scope session.List) Answer {
	t := &f.Token
	a := Answer{
		Active: true, TokenType: "Bearer", Issuer: s.cfg.Issuer, Subject: t.Subject, Client: t.Client, Audience: t.Audience, Scope: scope,
		ID: t.ID.String(), Session: t.SessionID.String(), IssuedAt: t.IssuedAt, ExpiresAt: t.ExpiresAt,
		AuthTime: t.AuthTime, ACR: t.ACR, AMR: t.AMR, Asof: f.Asof,
	}
	if t.Kind == session.Refresh {
		a.TokenType = "refresh_token"
	}
	if t.Subject != t.Client {
		a.Username = t.Subject
	}
	return a
}

// As is the [Introspector] of one client, beside the store. The client is looked up at each question, so that one that is disabled asks
// no more. Now is asked once per question.
func (s *Service) As(clientID string, now func() time.Time) Introspector {
	return beside{s, clientID, now}
}

type beside struct {
	service *Service
	client  string
	now     func() time.Time
}

func (b beside) Introspect(ctx context.Context, token session.Handle) (Answer, error) {
	c, ok := b.service.cfg.Callers.Client(b.client)
	if !ok {
		return Answer{}, ErrForbidden
	}
	return b.service.Answer(ctx, c, token, b.now())
}
