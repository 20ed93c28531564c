//go:build !mutant_cacheverdict

package cache

import (
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// judge says what an entry is worth now, and when that was. It is false when the entry is not to be believed: too old, or of another
// history.
//
// The set is looked at before the era and the clock: in between it may have been started anew, or have forgotten what covers the entry,
// and then one of those two has changed.
func (c *Cache) judge(e *entry, at time.Time) (session.Found, revocation.Instant, bool) {
	if c.node == nil {
		return e.found(e.standing(at)), 0, true
	}
	marks := revocation.MarksOf(&e.token)
	covered := c.node.Set().Covers(&marks, e.mark.Asof)
	switch now := c.node.Mark(); {
	case now.Era != e.mark.Era:
		return session.Found{}, now.At, false
	case covered: // for good
		c.counts.refused.Add(1)
		return e.found(session.Gone), now.At, true
	case revocation.Forgotten(e.mark.At, now.At):
		return session.Found{}, now.At, false
	default:
		return e.found(e.standing(at)), now.At, true
	}
}
