package cache

import (
	"context"
	"errors"
	"fmt"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// load asks the store and remembers what it says.
func (c *Cache) load(ctx context.Context, ds []session.Digest) []answer {
	c.counts.loads.Add(uint64(len(ds)))
	c.counts.groups.Add(1)
	mark, found := c.read(ctx, ds)
	answers := make([]answer, len(ds))
	for i, d := range ds {
		e, err := c.entryOf(d, mark, &found[i])
		if err != nil {
			c.counts.failures.Add(1)
		} else if e != nil {
			c.remember(d, e)
		}
		answers[i] = answer{e, err}
	}
	return answers
}

// entryOf is nil when the digest is unknown.
func (c *Cache) entryOf(d session.Digest, mark revocation.Mark, l *session.Looked) (*entry, error) {
	f, err := &l.Finding, l.Err
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
