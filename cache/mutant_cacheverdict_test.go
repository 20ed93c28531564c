//go:build mutant_cacheverdict

package cache

import (
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// judge believes what it remembers.
func (c *Cache) judge(k *known, at time.Time) (session.Standing, revocation.Instant, bool) {
	return k.standing(at), c.mark().At, true
}
