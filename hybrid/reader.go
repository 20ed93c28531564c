package hybrid

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Finder finds what a token was made of. Package cache is one; the contract is that of [introspect.Finder], for both.
type Finder interface {
	introspect.Finder
	FindID(ctx context.Context, id session.ID, at time.Time, admit func() error) (session.Found, error)
}

// Fence is what the process knows of takings-back. [revocation.Node] is one.
type Fence interface {
	Set() *revocation.Set
	Era() uint64
	Log() string
}

// ReaderConfig is what a [Reader] stands on. All of it is needed.
type ReaderConfig struct {
	Issuer string
	Keys   Keys // the issuer's own; they know a key as soon as any process has signed with it
	Finder Finder
	Fence  Fence
}

// Reader reads the installation's own JWTs beside the store, for whatever audience they are. What it says is as strict as what is said of
// the handle that a token was made of, which is looked up each time.
type Reader struct {
	verifier Verifier
	finder   Finder
	fence    Fence
}

// NewReader refuses a configuration that would not work.
func NewReader(c ReaderConfig) (*Reader, error) {
	switch {
	case c.Issuer == "":
		return nil, errors.New("token reader: issuer is missing")
	case c.Keys == nil:
		return nil, errors.New("token reader: keys are missing")
	case c.Finder == nil || c.Fence == nil:
		return nil, errors.New("token reader: nobody to find handles, or to know what was taken back")
	}
	v := Verifier{Config{
		Issuer: c.Issuer, Algorithms: []jwks.Algorithm{jwks.EdDSA, jwks.ES256, jwks.RS256}, Keys: c.Keys, Leeway: ownLeeway, MaxLife: MaxLife,
	}}
	return &Reader{v, c.Finder, c.Fence}, nil
}

// ownLeeway is how far the clocks of two processes of one installation may be apart. A token's end is not stretched by it.
const ownLeeway = 5 * time.Second

// Verify says whether a text is a token of ours that has not ended, and nothing of whether it was taken back.
func (r *Reader) Verify(ctx context.Context, token session.Handle, at time.Time) (Verdict, error) {
	v, err := r.verifier.verify(ctx, token.Reveal(), at, func(string) bool { return true })
	if err == nil && v.Good && v.Claims.ExpiresAt.Passed(at) {
		return refuse(Expired), nil
	}
	return v, err
}

// Reading is a token of ours that is good, and the handle that it was made of.
type Reading struct {
	Good   bool
	Claims Claims
	Found  session.Found
}

// Read says whether a token is good at a moment after the call.
func (r *Reader) Read(ctx context.Context, token session.Handle, at time.Time) (Reading, error) {
	v, err := r.Verify(ctx, token, at)
	if err != nil || !v.Good {
		return Reading{}, err
	}
	// The finder has a lease, or has asked the store, at a moment after the call. What the set knows then, it still knows below.
	era := r.fence.Era()
	found, err := r.finder.FindID(ctx, v.Claims.Handle, at, nil)
	if err != nil {
		return Reading{}, fmt.Errorf("find the handle of a token: %w", err)
	}
	if found.Standing != session.Good || !v.Claims.madeOf(&found.Token) {
		return Reading{}, nil
	}
	taken, log := v.Claims.TakenBack(r.fence.Set()), r.fence.Log()
	switch {
	case r.fence.Era() != era:
		return Reading{}, errHistory
	case taken || v.Claims.Log != log:
		return Reading{}, nil
	}
	return Reading{true, v.Claims, found}, nil
}

// errHistory is for what began in one log and ended in another.
var errHistory = fmt.Errorf("%w: the revocation log changed meanwhile", session.ErrUnavailable)

// madeOf reports whether the claims can be those of a token that was made of a handle.
func (c *Claims) madeOf(t *session.Token) bool {
	return t.Kind == session.Access && t.ID == c.Handle && t.SessionID == c.Session && t.Subject == c.Subject && t.Client == c.Client &&
		c.Withheld.fits(t.Scope)
}

// ReadSigned implements [introspect.Signed].
func (r *Reader) ReadSigned(ctx context.Context, token session.Handle, at time.Time) (introspect.Answer, session.Found, error) {
	read, err := r.Read(ctx, token, at)
	if err != nil || !read.Good {
		return introspect.Answer{}, session.Found{}, err
	}
	return read.Claims.Answer(), read.Found, nil
}
