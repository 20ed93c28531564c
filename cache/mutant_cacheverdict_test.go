//go:build mutant_cacheverdict

package cache

import (
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// judge believes what it remembers.
func (c *Cache) judge(e *entry, at time.Time) (session.Found, revocation.Instant, bool) {
	return e.found(e.standing(at)), c.mark().At, true
}
