//go:build mutant_negative

package cache

import (
	"math"

	"github.com/introspectd/introspectd/session"
)

// unknown is remembered as a no.
func (c *Cache) unknown(d session.Digest) *entry {
	e := &entry{token: c.names.share(session.Token{Digest: d, Kind: session.Access, ExpiresAt: math.MaxInt64}), mark: c.mark(), gone: true}
	return e
}
