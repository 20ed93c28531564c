package cache

import (
	"context"
	"errors"
	"fmt"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// load asks the store and remembers what it says. The entry is nil when the digest is unknown.
func (c *Cache) load(ctx context.Context, d session.Digest) (*entry, error) {
	c.counts.loads.Add(1)
	e, err := c.lookup(ctx, d)
	if err != nil {
		c.counts.failures.Add(1)
		return nil, err
	}
	if e != nil {
		c.remember(d, e)
	}
	return e, nil
}

func (c *Cache) lookup(ctx context.Context, d session.Digest) (*entry, error) {
	mark, f, err := c.read(ctx, d)
	switch {
	case err != nil && !errors.Is(err, session.ErrUnavailable):
		return nil, fmt.Errorf("look up token: %w: %w", session.ErrUnavailable, err)
	case err != nil:
		return nil, fmt.Errorf("look up token: %w", err)
	case stale(f.Head, mark.Asof):
		return nil, fmt.Errorf("%w: the store answered as of entry %d, but entry %d is known here", session.ErrUnavailable, f.Head, mark.Asof)
	case !f.Known:
		return c.unknown(d), nil
	}
	mark.Asof = asof(mark.Asof, f.Token.Born)
	e := &entry{token: c.names.share(f.Token), mark: mark, gone: f.Revoked}
	e.usage.Start(e.token.IssuedAt)
	if id, byID := idOf(d); byID && e.token.ID != id || !byID && e.token.Digest != d {
		return nil, fmt.Errorf("%w: the store answered with the row of another token", session.ErrUnavailable)
	}
	return e, nil
}

func (c *Cache) mark() revocation.Mark {
	if c.node == nil {
		return revocation.Mark{}
	}
	return c.node.Mark()
}
