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
		k, err := c.answerTo(d, mark, &found[i])
		if err != nil {
			c.counts.failures.Add(1)
		} else if k != nil {
			c.remember(d, k)
		}
		answers[i] = answer{k, &found[i].Finding, err}
	}
	return answers
}

// answerTo is nil when the digest is unknown.
func (c *Cache) answerTo(d session.Digest, mark revocation.Mark, l *session.Looked) (*known, error) {
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
	k := c.knownOf(&f.Token, mark, f.Revoked)
	if !k.answers(d) {
		return nil, fmt.Errorf("%w: the store answered with the row of another token", session.ErrUnavailable)
	}
	return k, nil
}

func (c *Cache) mark() revocation.Mark {
	if c.node == nil {
		return revocation.Mark{}
	}
	return c.node.Mark()
}
