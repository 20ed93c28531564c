//go:build mutant_negative

package cache

import (
	"math"

	"github.com/introspectd/introspectd/session"
)

// unknown is remembered as a no.
func (c *Cache) unknown(d session.Digest) *known {
	return c.knownOf(&session.Token{Digest: d, Kind: session.Access, ExpiresAt: math.MaxInt64}, c.mark(), true)
}
