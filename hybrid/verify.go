package hybrid

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// Keys finds one of the issuer's public keys. No key and no error means that the issuer has none of that id; jwks.Source, jwks.Set and
// keyring.Ring do it.
type Keys interface {
	Find(ctx context.Context, id string, at time.Time) (jwks.Key, bool, error)
}

// Config says whose tokens for whom are good. What would turn a check off when it is empty is required.
type Config struct {
	Issuer     string           // byte for byte
	Audience   string           // the API that asks; a token must be for it and for nobody else
	Algorithms []jwks.Algorithm // those that the issuer signs with
	Keys       Keys

	Leeway  time.Duration // 0: 5 s, below 0: none; how differently the clocks of issuer and service may run. At most MaxLeeway.
	MaxLife time.Duration // 0: the constant MaxLife, which is also the most
}

// Verifier checks internal JWTs. It remembers nothing.
type Verifier struct{ cfg Config }

// NewVerifier validates the configuration.
func NewVerifier(cfg Config) (*Verifier, error) {
	cfg.MaxLife = cmp.Or(cfg.MaxLife, MaxLife)
	cfg.Leeway = max(0, cmp.Or(cfg.Leeway, 5*time.Second))
	cfg.Algorithms = slices.Clone(cfg.Algorithms)
	switch {
	case cfg.Issuer == "":
		return nil, errors.New("verifier: issuer is missing")
	case cfg.Audience == "":
		return nil, errors.New("verifier: audience is missing")
	case !session.ValidScopeName(cfg.Audience):
		return nil, errors.New("verifier: audience is not the name of one API")
	case len(cfg.Algorithms) == 0:
		return nil, errors.New("verifier: algorithms are missing")
	case cfg.Keys == nil:
		return nil, errors.New("verifier: keys are missing")
	case cfg.Leeway > MaxLeeway:
		return nil, fmt.Errorf("verifier: leeway is more than %v", MaxLeeway)
	case cfg.MaxLife < time.Second || cfg.MaxLife > MaxLife:
		return nil, fmt.Errorf("verifier: longest life is not between one second and %v", MaxLife)
	}
	for i, name := range cfg.Algorithms {
		known, ok := jwks.ParseAlgorithm(string(name))
		if !ok {
			return nil, fmt.Errorf("verifier: algorithm %q is not supported", name)
		}
		cfg.Algorithms[i] = known
	}
	return &Verifier{cfg}, nil
}

// Verify judges a token. An error, which wraps session.ErrUnavailable, means that the keys could not be had; the token may be good.
// Whether it was taken back is not asked here.
func (v *Verifier) Verify(ctx context.Context, token string, at time.Time) (Verdict, error) {
	return v.verify(ctx, token, at, func(audience string) bool { return audience == v.cfg.Audience })
}

func (v *Verifier) verify(ctx context.Context, token string, at time.Time, forUs func(audience string) bool) (Verdict, error) {
	j, err := jwks.ParseJWS(token)
	if err != nil {
		return refuse(Malformed), nil
	}
	if !slices.Contains(v.cfg.Algorithms, j.Algorithm) { // RFC 8725 §3.1
		return refuse(Algorithm), nil
	}
	if !isAccessToken(j.Type) {
		return refuse(Type), nil
	}
	for _, name := range [...]string{"jku", "jwk", "x5u", "x5c"} { // RFC 8725 §3.10: ours never bring a key along
		if j.Header.Has(name) {
			return refuse(Malformed), nil
		}
	}
	key, ok, err := v.cfg.Keys.Find(ctx, j.KeyID, at)
	if err != nil {
		return Verdict{}, unavailable(err)
	}
	if !ok || key.Algorithm != j.Algorithm {
		return refuse(Key), nil
	}
	if !j.SignedBy(&key) {
		return refuse(Signature), nil
	}
	c, ok := readClaims(j.Payload)
	if !ok {
		return refuse(BadClaims), nil
	}
	c.KeyID = key.ID
	if f := v.judge(&c, at, forUs); f != "" {
		return refuse(f), nil
	}
	return Verdict{Good: true, Claims: c}, nil
}

// judge holds what a token says, once it is known who says it, against the configuration and the time.
func (v *Verifier) judge(c *Claims, at time.Time, forUs func(audience string) bool) Fault {
	late := session.DateOf(at.Add(v.cfg.Leeway))
	switch {
	case c.Issuer != v.cfg.Issuer:
		return Issuer
	case !forUs(c.Audience):
		return Audience
	case c.ExpiresAt <= c.IssuedAt || c.ExpiresAt.Time().Sub(c.IssuedAt.Time()) > v.cfg.MaxLife:
		return Lifetime
	case c.NotBefore > late || c.IssuedAt > late:
		return Early
	case c.ExpiresAt.Passed(at.Add(-v.cfg.Leeway)): // RFC 7519 §4.1.4: the end itself is too late
		return Expired
	}
	return ""
}

// isAccessToken compares typ as a media type, in any case and with the prefix that may be left out (RFC 7515 §4.1.9, RFC 9068 §4).
func isAccessToken(typ string) bool {
	const prefix = "application/"
	if len(typ) > len(prefix) && strings.EqualFold(typ[:len(prefix)], prefix) {
		typ = typ[len(prefix):]
	}
	return strings.EqualFold(typ, mediaType)
}

func unavailable(err error) error {
	if errors.Is(err, session.ErrUnavailable) {
		return fmt.Errorf("find signing key: %w", err)
	}
	return fmt.Errorf("find signing key: %w: %w", session.ErrUnavailable, err)
}

// Introspect answers the one question from the signature alone: it is the mode "jwt", in which a token that was taken back stays good until
// its end.
func (v *Verifier) Introspect(ctx context.Context, token session.Handle) (introspect.Answer, error) {
	verdict, err := v.Verify(ctx, token.Reveal(), time.Now())
	if err != nil || !verdict.Good {
		return introspect.Answer{}, err
	}
	return verdict.Claims.Answer(), nil
}
