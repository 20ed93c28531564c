//go:build !mutant_cacheverdict

package cache

import (
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// judge says what a token is worth now, and when that was. It is false when what is known of it is not to be believed: too old, or of another
// history.
//
// The set is looked at before the era and the clock: in between it may have been started anew, or have forgotten what covers the token,
// and then one of those two has changed.
func (c *Cache) judge(k *known, at time.Time) (standing session.Standing, now revocation.Instant, ok bool) {
	if c.node == nil {
		return k.standing(at), 0, true
	}
	covered := c.covers(k)
	switch now := c.node.Mark(); {
	case now.Era != k.mark.Era:
		return session.Unknown, now.At, false
	case covered: // for good
		c.counts.refused.Add(1)
		return session.Gone, now.At, true
	case revocation.Forgotten(k.mark.At, now.At):
		return session.Unknown, now.At, false
	default:
		return k.standing(at), now.At, true
	}
}

func (c *Cache) covers(k *known) bool {
	return c.node.Set().Covers(&revocation.Marks{Token: k.id, Session: k.session, Subject: k.subject, Client: k.Client}, k.mark.Asof)
}
