//go:build !mutant_fillasof

package cache

import (
	"context"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// read notes what is known before the row is read. Noted after, an entry applied meanwhile would seem older than the row.
func (c *Cache) read(ctx context.Context, d session.Digest) (revocation.Mark, session.Finding, error) {
	mark := c.mark()
	found, err := c.ask(ctx, d)
	return mark, found, err
}
