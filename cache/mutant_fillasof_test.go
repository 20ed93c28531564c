//go:build mutant_fillasof

package cache

import (
	"context"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// read notes what is known after the row was read.
func (c *Cache) read(ctx context.Context, d session.Digest) (revocation.Mark, session.Finding, error) {
	found, err := c.ask(ctx, d)
	mark := c.mark()
	found.Head = max(found.Head, mark.Asof)
	return mark, found, err
}
