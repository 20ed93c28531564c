//go:build mutant_leaseflag

package cache

import (
	"time"

	"github.com/introspectd/introspectd/session"
)

// believe leaves the lease to whoever filled the memory.
func (c *Cache) believe(e *entry, at time.Time) (session.Found, bool) {
	found, _, ok := c.judge(e, at)
	return found, ok
}
