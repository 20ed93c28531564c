//go:build mutant_leaseflag

package cache

import (
	"time"

	"github.com/introspectd/introspectd/session"
)

// believe leaves the lease to whoever filled the memory.
func (c *Cache) believe(k *known, at time.Time) (session.Standing, bool) {
	standing, _, ok := c.judge(k, at)
	return standing, ok
}
