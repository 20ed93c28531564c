package guard

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// Config is what a guard goes by. [Discover] fills it in from an issuer's metadata.
type Config struct {
	Mode     Mode
	Issuer   string // byte for byte
	Audience string // the API that is guarded

	// Introspector is asked in the modes that ask (*remote.Client is one). In mode jwt it may be there too, and is then asked about
	// handles; without it a handle is no good there.
	Introspector introspect.Introspector

	// Of the modes jwt and jwt-lease: the issuer's public keys (*jwks.Source), the algorithms that it signs with, and how differently the clocks may run
	// (see [hybrid.Config]).
	Keys       hybrid.Keys
	Algorithms []jwks.Algorithm
	Leeway     time.Duration

	// Of mode jwt-lease: what knows of takings-back (a *revocation.Subscriber that runs), and what to do while it hears nothing.
	Fence Fence
	Stale Stale // introspect, for which Introspector is needed, when empty

	// TTL, of mode ttl-cache, is for how long a yes is repeated, and so how long a token may be accepted after a logout.
	TTL time.Duration
	// Capacity is about how many verdicts are remembered; there is room for two to four times as many. 0: 100,000, at about half a kilobyte
	// each. Below 0: none.
	Capacity int

	// Resource is the API's own URL, by which clients know it (RFC 9728 §1.2). With it [Guard.Metadata] has something to say, and
	// challenges point there. Scopes are listed in it.
	Resource string
	Scopes   []string
	Realm    string // of the challenges; the audience when empty

	// Report is told when it could not be found out what a request's token is worth. The error holds no token.
	Report func(r *http.Request, err error)
}

// Bounds of what may be configured.
const (
	// MaxTTL bounds how long a token can outlive its logout in mode ttl-cache.
	MaxTTL = 10 * time.Minute

	standardCapacity = 100_000
	maxCapacity      = 10_000_000
)

func (c *Config) check() error {
	if _, err := ParseMode(string(c.Mode)); err != nil {
		return err
	}
	stale, err := ParseStale(string(c.Stale))
	if err != nil {
		return err
	}
	c.Capacity = cmp.Or(c.Capacity, standardCapacity)
	c.Realm = cmp.Or(c.Realm, c.Audience)
	switch {
	case c.Issuer == "":
		return errors.New("guard: issuer is missing")
	case c.Audience == "":
		return errors.New("guard: audience is missing")
	case !session.ValidScopeName(c.Audience):
		return errors.New("guard: audience is not the name of one API")
	case !c.Mode.signed() && c.Introspector == nil:
		return fmt.Errorf("guard: mode %s asks, and there is no introspector", c.Mode)
	case !c.Mode.signed() && (c.Keys != nil || len(c.Algorithms) > 0 || c.Leeway != 0):
		return fmt.Errorf("guard: keys, algorithms and leeway do nothing in mode %s", c.Mode)
	case c.Mode == JWTLease && c.Fence == nil:
		return errors.New("guard: mode jwt-lease without a fence would accept what was taken back")
	case c.Mode == JWTLease && stale == StaleIntrospect && c.Introspector == nil:
		return errors.New("guard: the stale rule introspect asks, and there is no introspector; reject needs none")
	case c.Mode != JWTLease && (c.Fence != nil || c.Stale != ""):
		return fmt.Errorf("guard: fence and stale rule do nothing in mode %s", c.Mode)
	case c.Mode == TTLCache && (c.TTL <= 0 || c.TTL > MaxTTL):
		return fmt.Errorf("guard: ttl is not between 0 and %v", MaxTTL)
	case c.Mode != TTLCache && c.TTL != 0:
		return fmt.Errorf("guard: a ttl does nothing in mode %s", c.Mode)
	case c.Mode == TTLCache && c.Capacity < 0:
		return errors.New("guard: mode ttl-cache without a memory")
	case c.Capacity > maxCapacity:
		return fmt.Errorf("guard: capacity is more than %d", maxCapacity)
	}
	for _, s := range c.Scopes {
		if !session.ValidScopeName(s) {
			return fmt.Errorf("guard: %.40q is not the name of a scope", s)
		}
	}
	c.Stale = stale
	return nil
}
