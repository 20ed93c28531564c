package httpapi

import (
	"context"
	"errors"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Hybrid is what a [Server] stands on that makes internal JWTs of handles. All of it is needed.
type Hybrid struct {
	Exchanges Exchanger
	Tokens    Verifier
	Keys      Keys
	Fence     KeyFence      // says of which of them it may be said that they are good
	Lead      time.Duration // for how long a key is published before it signs
}

// Exchanger makes an internal JWT of a handle ([hybrid.Exchanger]).
type Exchanger interface {
	Exchange(ctx context.Context, c *caller.Client, q *hybrid.ExchangeRequest, at time.Time) (hybrid.Exchanged, error)
}

// Verifier says whether a text is one of our own JWTs ([hybrid.Reader]).
type Verifier interface {
	Verify(ctx context.Context, token session.Handle, at time.Time) (hybrid.Verdict, error)
}

// Keys sign, and say with what ([keyring.Ring]).
type Keys interface {
	hybrid.Signer
	Public(at time.Time) jwks.Set
	Edition() uint64 // another one whenever other keys are public for another reason than the time
}

// KeyFence knows which keys were taken back ([revocation.Node]).
type KeyFence interface {
	// Fresh returns nil when what is known may be believed now.
	Fresh(ctx context.Context) error
	Set() *revocation.Set
}

func (h *Hybrid) check() error {
	if h != nil && (h.Exchanges == nil || h.Tokens == nil || h.Keys == nil || h.Fence == nil || h.Lead < time.Second) {
		return errors.New("http server: hybrid mode lacks exchanger, verifier, keys, their fence or the lead of keys")
	}
	return nil
}
