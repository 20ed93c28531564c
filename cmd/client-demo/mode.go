package main

import (
	"time"

	"github.com/introspectd/introspectd/internal/config"
)

// mode is one way for a service to check a token.
type mode struct {
	name   string
	words  string
	memory int // tokens that the daemon remembers
}

var modes = []mode{
	{"introspect", "each call asks the daemon, which reads its database", 0},
	{"introspect-cached", "each call asks the daemon, which answers from memory, fenced by its revocation set", 10_000},
}

func (m mode) settings(database string) config.Settings {
	s := config.Defaults()
	s.Database = config.ParseDSN(database)
	s.Listen = "127.0.0.1:0"
	s.CacheEntries = m.memory
	s.ShutdownDelay = 0
	s.AccessTokenTTL = time.Minute
	s.LogFormat, s.LogLevel = "json", "warn"
	return s
}
