//go:build mutant_fillasof

package cache

import (
	"context"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// read notes what is known after the rows were read.
func (c *Cache) read(ctx context.Context, ds []session.Digest) (revocation.Mark, []session.Looked) {
	found := c.lookup(ctx, ds)
	mark := c.mark()
	for i := range found {
		found[i].Finding.Head = max(found[i].Finding.Head, mark.Asof)
	}
	return mark, found
}
