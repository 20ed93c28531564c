package main

import (
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/internal/config"
)

// mode is one way for a service to check a token.
type mode struct {
	name   string
	words  string
	guard  guard.Mode
	memory int           // tokens that the daemon remembers
	open   time.Duration // for how long a token may be accepted after its logout has returned; 0: not at all
}

// Lifetimes of a few seconds, so that the end of what stays open can be seen.
const (
	cacheTTL = 2 * time.Second
	jwtLife  = 3 * time.Second
)

var modes = []mode{
	{"introspect", "each call asks the daemon, which reads its database", guard.Introspect, 0, 0},
	{"introspect-cached", "each call asks the daemon, which answers from memory, fenced by its revocation set", guard.IntrospectCached, 10_000, 0},
	{"ttl-cache", "each service repeats a yes for 2 s without asking", guard.TTLCache, 10_000, cacheTTL},
	{"jwt", "each call carries an internal JWT of 3 s for its service, which checks the signature and asks nobody", guard.JWT, 10_000, jwtLife},
	{"jwt-lease", "the same, and each service follows the revocation feed under a lease", guard.JWTLease, 10_000, 0},
}

// signed reports whether services are called with internal JWTs.
func (m mode) signed() bool { return m.guard == guard.JWT || m.guard == guard.JWTLease }

func (m mode) settings(database string) config.Settings {
	s := config.Defaults()
	s.Database = config.ParseDSN(database)
	s.Listen = "127.0.0.1:0"
	s.CacheEntries = m.memory
	s.ShutdownDelay = 0
	s.AccessTokenTTL = time.Minute
	s.JWTTTL = jwtLife
	s.LogFormat, s.LogLevel = "json", "error"
	return s
}
