package sqlstore

import (
	"context"
	"time"

	"github.com/introspectd/introspectd/session"
)

// RevokeSigned implements [session.Store]. A barrier that covers no row remembers the entry until the token has ended.
func (s *Store) RevokeSigned(ctx context.Context, id session.ID, end session.Date, at time.Time) (session.Revoked, error) {
	var out session.Revoked
	err := s.do(ctx, "revoke signed token", func(b *batch) (func(commit), error) {
		done, err := b.revokeSigned(id, end, session.DateOf(at))
		return func(c commit) { out = done.settled(c) }, err
	}, alone("token", string(id[:])))
	if err != nil {
		return session.Revoked{}, err
	}
	return out, nil
}

func (b *batch) revokeSigned(id session.ID, end, at session.Date) (taken, error) {
	sel := session.ByToken(id)
	known, err := b.barrierOf(sel)
	if err != nil || known.Seq != 0 {
		return known, err
	}
	seq := b.entry(sel, nil, at)
	err = b.later(`INSERT INTO barriers (target, name, seq, until) VALUES (?,?,?,?)`, sel.Target, sel.Key, int64(seq), int64(max(end, at, 1)))
	return taken{Seq: seq}, err
}
