//go:build !mutant_leaseflag

package cache

import (
	"time"

	"github.com/introspectd/introspectd/session"
)

// believe judges what is remembered, under the lease that there was before the set was looked at: one that begins only then may belong to
// entries that the look has missed. It must live by the clock as read after the look, at each question.
func (c *Cache) believe(k *known, at time.Time) (session.Standing, bool) {
	lease := c.node.Lease()
	standing, now, ok := c.judge(k, at)
	return standing, ok && lease.Live(now)
}
