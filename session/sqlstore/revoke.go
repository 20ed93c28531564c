package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Revoke implements [session.Store].
//
// It appends an entry when anything is kept that the selector names and that no entry covers yet, expired or not: another process's clock
// may be behind ours, and a last use may be on its way that brings an idle session back. When there is nothing, the number it answers with
// is that of an entry which covers all that the selector names, or the head.
func (s *Store) Revoke(ctx context.Context, sel session.Selector, at time.Time) (session.Revoked, error) {
	var out session.Revoked
	on := session.DateOf(at)
	err := s.by(ctx, s.write, "revoke", s.engine.layout().under(sel, on, func(b *batch) (func(commit), error) {
		done, err := b.revoke(sel, on)
		if err == nil && done.Seq == 0 {
			err = b.readHead() // not older than what the rows were seen to be
		}
		return func(c commit) { out = done.settled(c) }, err
	}))
	if err != nil {
		return session.Revoked{}, err
	}
	return out, nil
}

// taken is a taking-back whose number may be pending; 0 stands for the head.
type taken session.Revoked

func (t taken) settled(c commit) session.Revoked {
	if t.Seq == 0 {
		return session.Revoked{Seq: c.head, Ended: t.Ended}
	}
	return session.Revoked{Seq: c.seq(t.Seq), Ended: t.Ended}
}

func (b *batch) revoke(sel session.Selector, at session.Date) (taken, error) {
	switch sel.Target {
	case session.TargetToken:
		return b.revokeToken(sel, at)
	case session.TargetSession:
		return b.revokeSession(sel, at)
	case session.TargetSubject:
		return b.revokeSubject(sel, at)
	case session.TargetClient:
		return b.revokeClient(sel, at)
	case session.TargetKey:
		return b.revokeKey(sel, at)
	case session.TargetAll:
		return b.revokeAll(sel, at)
	default:
		return taken{}, fmt.Errorf("there is no taking-back by %v", sel.Target)
	}
}

// coveredBy is the largest number of what covers session s by name, 0 when nothing does.
const coveredBy = `(SELECT coalesce(max(b.seq), 0) FROM barriers b WHERE b.seq > s.born
 AND (b.target = 3 AND b.name = s.subject OR b.target = 4 AND b.name = s.client OR b.target = 6 AND b.name = ''))`

func (b *batch) revokeToken(sel session.Selector, at session.Date) (taken, error) {
	jti, ok := session.ParseID(sel.Key)
	if !ok {
		return taken{}, nil
	}
	var own, sessions, covered number
	state := b.layout.stateOf(jti)
	err := b.row(state.query, state.args, &own, &sessions, &covered)
	if errors.Is(err, sql.ErrNoRows) {
		return taken{}, nil
	}
	if by := first(own, sessions, covered); err != nil || by != 0 {
		return taken{Seq: by}, err
	}
	seq := b.entry(sel, raw(jti[:]), at)
	err = b.ends(`UPDATE tokens SET ended_seq = ? WHERE id = ?`, int64(seq), raw(jti[:]))
	return taken{Seq: seq}, err
}

func (l *layout) stateOf(jti session.ID) question {
	return question{l.stateOfToken, []any{raw(jti[:])}}
}

func first(seqs ...number) session.Seq {
	for _, s := range seqs {
		if s != 0 {
			return session.Seq(s)
		}
	}
	return 0
}

func (b *batch) revokeSession(sel session.Selector, at session.Date) (taken, error) {
	sid, ok := session.ParseID(sel.Key)
	if !ok {
		return taken{}, nil
	}
	q := session.Session{ID: sid}
	var own, covered, active number
	state := stateOfSession(sid, at)
	err := b.row(state.query, state.args, &own, &covered, &active)
	if errors.Is(err, sql.ErrNoRows) {
		return taken{}, nil
	}
	if by := first(own, covered); err != nil || by != 0 {
		return taken{Seq: by}, err
	}
	seq, err := b.endSession(&q, at)
	return taken{seq, int(active)}, err
}

func stateOfSession(sid session.ID, at session.Date) question {
	return question{
		`SELECT s.ended_seq, ` + coveredBy + `, CASE WHEN ` + sessionActive + ` THEN 1 ELSE 0 END FROM sessions s WHERE s.id = ?`,
		[]any{int64(at), int64(at), raw(sid[:])},
	}
}

func (b *batch) endSession(q *session.Session, at session.Date) (session.Seq, error) {
	seq := b.entry(session.BySession(q.ID), raw(q.ID[:]), at)
	err := b.ends(`UPDATE sessions SET ended_at = ?, ended_seq = ? WHERE id = ?`, int64(at), int64(seq), raw(q.ID[:]))
	return seq, err
}
