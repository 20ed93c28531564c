package introspect

import (
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// visible decides what of a good token a client may see: its scope as far as it concerns that client, or that to this client there is no
// such token.
func visible(registry *caller.Registry, c *caller.Client, t *session.Token) (scope session.List, ok bool) {
	switch {
	case c.Roles&caller.Admin != 0:
		return t.Scope, true
	case t.Kind == session.Refresh:
		// RFC 7662 §2.1: an API has no business with refresh tokens. The client that holds one may ask about it.
		return t.Scope, t.Client == c.ID
	}
	var few [8]session.List
	offered, ok := few[:0], false
	for name := range t.Audience.All() {
		if !c.Audiences.Has(name) {
			continue
		}
		// An API that was removed since is nobody's any more.
		if a, registered := registry.Audience(name); registered {
			offered, ok = append(offered, a.Scopes), true
		}
	}
	if !ok {
		return "", false
	}
	return narrow(t.Scope, offered), true
}

// narrow keeps the scopes that one of the APIs offers (RFC 7662 §2.2). When nothing is cut, nothing is built.
func narrow(scope session.List, offered []session.List) session.List {
	cut := false
	for name := range scope.All() {
		if !offers(offered, name) {
			cut = true
			break
		}
	}
	if !cut {
		return scope
	}
	var kept []string
	for name := range scope.All() {
		if offers(offered, name) {
			kept = append(kept, name)
		}
	}
	return session.ListOf(kept...)
}

func offers(offered []session.List, name string) bool {
	for _, l := range offered {
		if l.Has(name) {
			return true
		}
	}
	return false
}
