package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Rotate implements [session.Store]. From before it looks to its commit it holds locks against whoever would take back what it rests on.
func (s *Store) Rotate(ctx context.Context, r *session.Rotation) (session.Rotated, error) {
	var out session.Rotated
	err := s.by(ctx, s.write, "rotate token", s.engine.layout().underToken(r.Presented, func(b *batch) (func(commit), error) {
		p, err := b.predecessor(r)
		if err != nil {
			return nil, err
		}
		out = r.Judge(p)
		switch out.Outcome {
		case session.Minted:
			return nil, b.mint(r, &out)
		case session.Reused:
			seq, err := b.endSession(&p.Session, session.DateOf(r.At))
			return func(c commit) { out.Seq = c.seq(seq) }, err
		default:
			return nil, nil
		}
	}))
	if err != nil {
		return session.Rotated{}, err
	}
	return out, nil
}

// predecessor loads what [session.Rotation.Judge] wants to know.
func (b *batch) predecessor(r *session.Rotation) (*session.Predecessor, error) {
	p := &session.Predecessor{}
	var err error
	if p.Finding, err = b.layout.find(b, r.Presented); err != nil || !p.Known {
		return p, err
	}
	if err := b.row(`SELECT `+sessionColumns+` FROM sessions s WHERE s.id = ?`, []any{raw(p.Token.SessionID[:])}, sessionInto(&p.Session)...); err != nil {
		return nil, err
	}
	var used number
	err = b.row(b.layout.used, b.layout.keys(r.Presented), &used, (*digest)(&p.Successor))
	if err != nil || used == 0 {
		return p, err
	}
	p.UsedAt = time.UnixMilli(int64(used)).UTC()
	return p, b.successors(r, p)
}

// successors loads the pair that followed. The access token is the one that is derived together with the refresh token.
func (b *batch) successors(r *session.Rotation, p *session.Predecessor) error {
	var used number
	err := b.row(b.layout.used, b.layout.keys(p.Successor), &used, new(digest))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	p.SuccessorUsed = used != 0
	for _, pair := range r.Pairs {
		if pair.Refresh == p.Successor {
			f, err := b.layout.find(b, pair.Access)
			p.Minted = f.Token
			return err
		}
	}
	return nil
}

func (b *batch) mint(r *session.Rotation, out *session.Rotated) error {
	out.Access.Born, out.Refresh.Born = b.head, b.head
	if err := b.insertToken(&out.Access); err != nil {
		return err
	}
	if err := b.insertToken(&out.Refresh); err != nil {
		return err
	}
	err := b.later(b.layout.use, append([]any{r.At.UnixMilli(), raw(out.Refresh.Digest[:])}, b.layout.keys(r.Presented)...)...)
	if err != nil {
		return err
	}
	// The new access token's end is counted from its issue, also as to the idle limit: so being issued is a use.
	return b.touch(session.Use{Session: out.Session, At: session.DateOf(r.At)})
}
