package session

import (
	"context"
	"errors"
	"time"
)

// Service opens, refreshes and ends sessions by the rules, over whatever keeps them. HTTP and the command line both come through here.
type Service struct {
	store      Store
	lookup     func(context.Context, Digest) (Finding, error)
	audiences  Audiences
	settle     func(context.Context, Seq) error
	succession *Succession
	lives      Lifetimes
}

// Lifetimes are the installation's choices. All but Idle and Window are positive; times are kept in whole seconds, Window in
// milliseconds.
type Lifetimes struct {
	Access  time.Duration // an access token's
	Session time.Duration // a session's absolute end
	Idle    time.Duration // a session's idle limit; 0: none
	Window  time.Duration // for how long a refresh whose answer was lost may be repeated; 0: never
}

// Config is what a [Service] stands on.
type Config struct {
	Store Store
	// Lookup is another way to the store's, as when many look something up together. Nil: the store's own.
	Lookup    func(context.Context, Digest) (Finding, error)
	Audiences Audiences
	// Settle waits until everybody who remembers answers knows the entries up to a seq. Nil: nobody in this process does.
	Settle func(context.Context, Seq) error
	// Succession derives refreshed tokens. Nil: this process does not refresh.
	Succession *Succession
	Lifetimes  Lifetimes
}

// NewService refuses a configuration under which nothing would work, or something would live for ever.
func NewService(c Config) (*Service, error) {
	switch {
	case c.Store == nil:
		return nil, errors.New("session service: no store")
	case c.Audiences == nil:
		return nil, errors.New("session service: no audiences")
	case c.Lifetimes.Access < time.Second:
		return nil, errors.New("session service: access token lifetime is below one second")
	case c.Lifetimes.Session < c.Lifetimes.Access:
		return nil, errors.New("session service: session lifetime is below the access token lifetime")
	case c.Lifetimes.Idle != 0 && c.Lifetimes.Idle < time.Second:
		return nil, errors.New("session service: idle limit is below one second")
	case c.Lifetimes.Window < 0:
		return nil, errors.New("session service: refresh window is negative")
	}
	if c.Settle == nil {
		c.Settle = func(context.Context, Seq) error { return nil }
	}
	if c.Lookup == nil {
		c.Lookup = c.Store.Lookup
	}
	return &Service{c.Store, c.Lookup, c.Audiences, c.Settle, c.Succession, c.Lifetimes}, nil
}

// Opened is a new session and its tokens, as the one who opened it gets them.
type Opened struct {
	Session Session
	Access  Token
	Pair    Pair
}

// Open opens a session for a user who was authenticated by the caller. The session is durable when it returns.
func (s *Service) Open(ctx context.Context, req OpenRequest, at time.Time) (*Opened, error) {
	if refusal := req.check(s.audiences); refusal != nil {
		return nil, refusal
	}
	sess := req.session(at, s.lives)
	pair := Pair{NewHandle(Access), NewHandle(Refresh)}
	access := Token{
		Digest: pair.Access.Digest(), Kind: Access, ID: NewID(), SessionID: sess.ID,
		Subject: sess.Subject, Client: sess.Client, Audience: sess.Audience, Scope: sess.Scope,
		ACR: sess.ACR, AMR: sess.AMR, AuthTime: sess.AuthTime,
		IssuedAt: sess.OpenedAt, ExpiresAt: sess.TokenEnd(at, s.lives.Access),
	}
	refresh := access.next(Refresh, pair.Refresh.Digest(), at)
	refresh.ExpiresAt = sess.ExpiresAt
	o := &Opening{sess, access, refresh}
	if err := s.store.Open(ctx, o); err != nil {
		return nil, err
	}
	return &Opened{o.Session, o.Access, pair}, nil
}

// RefreshRequest is a refresh token as a client presents it.
type RefreshRequest struct {
	Token    Handle
	Client   string // who authenticated
	Scope    List   // empty: as before
	Audience List   // empty: as before
}

// Refreshed is the answer to a [RefreshRequest]. When Outcome is Reused the session has been ended by entry Seq, and that is settled.
type Refreshed struct {
	Rotated
	Pair Pair // Minted, Repeated
}

// Refresh rotates. The error is a [*Refusal] for every no.
func (s *Service) Refresh(ctx context.Context, req RefreshRequest, at time.Time) (*Refreshed, error) {
	if s.succession == nil {
		return nil, errors.New("session service: no server key to refresh with")
	}
	gone := refuse(InvalidGrant, "the refresh token is unknown, expired, revoked or was issued to another client")
	if req.Token.Kind() != Refresh {
		return &Refreshed{Rotated: Rotated{Refusal: gone}}, gone
	}
	pairs := s.succession.After(req.Token)
	rotated, err := s.store.Rotate(ctx, &Rotation{
		Presented: req.Token.Digest(), Client: req.Client, Pairs: digests(pairs), Scope: req.Scope, Audience: req.Audience,
		AccessTTL: s.lives.Access, Window: s.lives.Window, At: at,
	})
	if err != nil {
		return nil, err
	}
	out := &Refreshed{Rotated: rotated}
	switch rotated.Outcome {
	case Minted, Repeated:
		out.Pair = pairs[rotated.Pair]
		return out, nil
	case Reused:
		if err := s.settle(ctx, rotated.Seq); err != nil {
			return nil, err
		}
		return out, gone
	default:
		return out, rotated.Refusal
	}
}

// Revocation is what [Service.Revoke] found and did.
type Revocation struct {
	Revoked
	Kind    Kind // Malformed: no handle of ours
	Known   bool // false: never issued, or gone long ago
	Session ID
	Subject string
}

// Revoke takes a single token back, as RFC 7009 has it: an access token alone, a refresh token with its session. A client takes back
// what was issued to it; any says that by may take back everybody's. It returns when settled.
func (s *Service) Revoke(ctx context.Context, token Handle, by string, any bool, at time.Time) (Revocation, error) {
	out := Revocation{Kind: token.Kind()}
	if out.Kind != Access && out.Kind != Refresh {
		return out, nil
	}
	found, err := s.lookup(ctx, token.Digest())
	if err != nil || !found.Known {
		return out, err
	}
	out.Known, out.Session, out.Subject = true, found.Token.SessionID, found.Token.Subject
	if found.Token.Client != by && !any {
		return out, refuse(InvalidGrant, "the token was not issued to this client")
	}
	sel := ByToken(found.Token.ID)
	if found.Token.Kind == Refresh {
		sel = BySession(found.Token.SessionID)
	}
	out.Revoked, err = s.End(ctx, sel, at)
	return out, err
}

// RevokeSigned takes back one signed token, which ends at a time, and returns when that is settled.
func (s *Service) RevokeSigned(ctx context.Context, id ID, end Date, at time.Time) (Revoked, error) {
	done, err := s.store.RevokeSigned(ctx, id, end, at)
	if err != nil {
		return Revoked{}, err
	}
	return done, s.settle(ctx, done.Seq)
}

// End takes back what sel names, and returns when that is settled.
func (s *Service) End(ctx context.Context, sel Selector, at time.Time) (Revoked, error) {
	done, err := s.store.Revoke(ctx, sel, at)
	if err != nil {
		return Revoked{}, err
	}
	return done, s.settle(ctx, done.Seq)
}

// Sessions lists what a subject has open.
func (s *Service) Sessions(ctx context.Context, subject string, at time.Time) ([]Session, error) {
	return s.store.Sessions(ctx, subject, at)
}
