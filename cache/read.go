//go:build !mutant_fillasof

package cache

import (
	"context"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// read notes what is known before the rows are read. Noted after, an entry applied meanwhile would seem older than a row.
func (c *Cache) read(ctx context.Context, ds []session.Digest) (revocation.Mark, []session.Looked) {
	mark := c.mark()
	return mark, c.lookup(ctx, ds)
}
