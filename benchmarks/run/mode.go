package run

import (
	"fmt"
	"strings"

	"github.com/introspectd/introspectd/benchmarks/service"
	"github.com/introspectd/introspectd/hybrid/guard"
)

// mode is one way for a service to check a token.
type mode struct {
	key    string
	memory bool   // whether the daemon that it asks remembers
	needs  string // what it asks of a service
}

// signed reports whether services are called with internal tokens.
func (m mode) signed() bool { return m.key == string(guard.JWT) || m.key == string(guard.JWTLease) }

// asks reports whether it asks at each call, and remembers nothing.
func (m mode) asks() bool {
	return m.key == string(guard.Introspect) || m.key == string(guard.IntrospectCached)
}

var allModes = []mode{
	{string(guard.Introspect), false, "a client id"},
	{string(guard.IntrospectCached), true, "a client id"},
	{string(guard.TTLCache), true, "a client id"},
	{string(guard.JWT), true, "callers with internal tokens"},
	{string(guard.JWTLease), true, "callers with internal tokens; a client id, and the feed"},
}

// bases are what modes are compared with.
var bases = []mode{
	{key: service.Unprotected, memory: true, needs: "nothing, and protects nothing"},
	{key: service.HS256, memory: true, needs: "one key that all share"},
}

func modeNames() string {
	var names []string
	for _, m := range allModes {
		names = append(names, m.key)
	}
	return strings.Join(names, ", ")
}

func (o *options) parseModes(text string) error {
	if text == "" {
		o.modes = allModes
		return nil
	}
	for name := range strings.SplitSeq(text, ",") {
		found := false
		for _, m := range allModes {
			if m.key == name {
				o.modes, found = append(o.modes, m), true
			}
		}
		if !found {
			return fmt.Errorf("-modes: %q is not one of %s", name, modeNames())
		}
	}
	return nil
}
