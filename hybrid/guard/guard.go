package guard

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// Guard judges tokens for one API. It may be used by anybody at once.
type Guard struct {
	cfg       Config
	metadata  metadata
	verifier  *hybrid.Verifier // in the modes that verify
	leeway    time.Duration    // the verifier's
	memory    *memory          // nil: nothing is remembered
	challenge challenges
	lastKey   atomic.Pointer[jwks.Key] // with which the last new token was signed
	stale     atomic.Uint64            // answers given by the stale rule
}

// New validates the configuration. The guard asks nobody yet and runs nothing in the background.
func New(cfg Config) (*Guard, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	g := &Guard{cfg: cfg}
	if cfg.Mode.signed() {
		var err error
		g.leeway = leewayOf(cfg.Leeway)
		g.verifier, err = hybrid.NewVerifier(hybrid.Config{
			Issuer: cfg.Issuer, Audience: cfg.Audience, Algorithms: cfg.Algorithms, Keys: cfg.Keys, Leeway: cfg.Leeway,
		})
		if err != nil {
			return nil, fmt.Errorf("guard: %w", err)
		}
	}
	if cfg.Capacity > 0 && (cfg.Mode.signed() || cfg.Mode == TTLCache) {
		g.memory = newMemory(cfg.Capacity)
	}
	var err error
	if g.metadata, err = newMetadata(&cfg); err != nil {
		return nil, err
	}
	g.challenge = challenges{realm: cfg.Realm, metadata: g.metadata.url}
	return g, nil
}

// leewayOf reads a leeway as [hybrid.NewVerifier] does, for what is remembered.
func leewayOf(d time.Duration) time.Duration {
	if d == 0 {
		return 5 * time.Second
	}
	return max(0, d)
}

// Introspect answers the one question for the guarded API. In the modes ttl-cache and jwt the answer may be older than the question.
func (g *Guard) Introspect(ctx context.Context, token session.Handle) (introspect.Answer, error) {
	return g.Answer(ctx, token, time.Now())
}

// Answer is Introspect at a time, which is the caller's now. It is the zero Answer for whatever is not an access token that is good for
// the API. An error wraps [session.ErrUnavailable], or is the introspector's own word that it does not serve us: in any case it could not
// be found out.
func (g *Guard) Answer(ctx context.Context, token session.Handle, at time.Time) (introspect.Answer, error) {
	a, err := g.find(ctx, token, at)
	if a == nil {
		return introspect.Answer{}, err
	}
	return *a, nil
}

// find is Answer by a pointer, which is nil for a no and with an error. What it points to may be remembered and is not changed.
func (g *Guard) find(ctx context.Context, token session.Handle, at time.Time) (*introspect.Answer, error) {
	text := token.Reveal()
	signed := len(text) <= jwks.MaxToken && strings.IndexByte(text, '.') > 0 // no handle has a dot
	switch {
	case signed && g.cfg.Fence != nil:
		return g.leased(ctx, text, at)
	case signed && g.verifier != nil:
		return g.local(ctx, text, at, nil)
	case signed && strings.Count(text, ".") != 2, !signed && token.Kind() != session.Access, g.cfg.Introspector == nil:
		return nil, nil // junk costs nobody a question, and other kinds of handles open no API
	case g.cfg.TTL > 0:
		return g.repeated(ctx, token, at)
	default:
		return g.ask(ctx, token)
	}
}

// ask believes the introspector when it answers for our API, and only in the words of an access token. What has not got the members that
// say so did not answer the question.
func (g *Guard) ask(ctx context.Context, token session.Handle) (*introspect.Answer, error) {
	a, err := g.cfg.Introspector.Introspect(ctx, token)
	switch {
	case err != nil:
		return nil, err
	case !a.Active:
		return nil, nil
	case a.Issuer != g.cfg.Issuer:
		return nil, fmt.Errorf("%w: the answer's iss is %.100q, want %q", session.ErrUnavailable, a.Issuer, g.cfg.Issuer)
	case a.Audience == "":
		return nil, errNoAudience
	case !a.Audience.Has(g.cfg.Audience), !strings.EqualFold(a.TokenType, "Bearer"): // RFC 6749 §7.1: a type that is not understood is not used
		return nil, nil
	}
	return &a, nil
}

var errNoAudience = fmt.Errorf("%w: the answer has no aud", session.ErrUnavailable)

// Run keeps the issuer's keys fresh, and in mode jwt-lease follows the log of takings-back, until ctx ends. In the other modes the guard works
// without it, only that a request now and then has to wait for keys.
func (g *Guard) Run(ctx context.Context) error {
	loops, ctx := errgroup.WithContext(ctx)
	for _, part := range []any{g.cfg.Keys, g.cfg.Fence} {
		if runs, ok := part.(interface{ Run(context.Context) error }); ok {
			loops.Go(func() error { return runs.Run(ctx) })
		}
	}
	<-ctx.Done()
	return loops.Wait()
}

func unavailable(err error) error {
	if errors.Is(err, session.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", session.ErrUnavailable, err)
}
