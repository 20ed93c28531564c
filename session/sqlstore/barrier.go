package sqlstore

import (
	"github.com/introspectd/introspectd/session"
)

// A barrier stands for everything of a subject, of a client or at all that was born before it: taking a thousand sessions back writes one row.

func (b *batch) revokeSubject(sel session.Selector, at session.Date) (taken, error) {
	return b.revokeMany(sel, at, `s.subject = ?`, sel.Key)
}

func (b *batch) revokeAll(sel session.Selector, at session.Date) (taken, error) {
	sel.Key = ""
	b.tx.slow()
	return b.revokeMany(sel, at, `s.id IS NOT NULL`)
}

// revokeMany reads as many rows as there are sessions and writes one.
func (b *batch) revokeMany(sel session.Selector, at session.Date, which string, key ...any) (taken, error) {
	open, active, err := b.uncovered(at, which, key...)
	if err != nil {
		return taken{}, err
	}
	if open > 0 {
		seq, err := b.barrier(sel, at)
		return taken{seq, active}, err
	}
	// The entry of last time covers all of them, unless some came after it and were ended one by one.
	var last number
	args := append([]any{sel.Target, sel.Key}, key...)
	err = b.row(`SELECT coalesce(max(b.seq), 0) FROM barriers b WHERE b.target = ? AND b.name = ?
 AND NOT EXISTS (SELECT 1 FROM sessions s WHERE `+which+` AND s.born >= b.seq)`, args, &last)
	return taken{Seq: session.Seq(last)}, err
}

// uncovered counts the sessions that no entry covers, and those of them that are active.
func (b *batch) uncovered(at session.Date, which string, key ...any) (open, active int, err error) {
	args := append([]any{int64(at), int64(at)}, key...)
	var o, a number
	err = b.row(`SELECT count(*), count(CASE WHEN `+sessionActive+` THEN 1 END) FROM sessions s WHERE `+which+` AND NOT `+sessionDead,
		args, &o, &a)
	return int(o), int(a), err
}

// revokeClient also disables it. A client that is not in order has been taken back when it ceased to be, and has got nothing since.
func (b *batch) revokeClient(sel session.Selector, at session.Date) (taken, error) {
	delete(b.enabled, sel.Key)
	enabled, err := b.clientEnabled(sel.Key)
	if err != nil {
		return taken{}, err
	}
	if !enabled {
		return b.barrierOf(sel)
	}
	delete(b.enabled, sel.Key)
	b.tx.slow()
	_, active, err := b.uncovered(at, `s.client = ?`, sel.Key)
	if err != nil {
		return taken{}, err
	}
	if err := b.later(`UPDATE clients SET disabled = 1 WHERE id = ?`, sel.Key); err != nil {
		return taken{}, err
	}
	b.registry++
	seq, err := b.barrier(sel, at)
	return taken{seq, active}, err
}

// revokeKey stands for ever: what a key has signed says itself how old it is.
func (b *batch) revokeKey(sel session.Selector, at session.Date) (taken, error) {
	known, err := b.barrierOf(sel)
	if err != nil || known.Seq != 0 {
		return known, err
	}
	seq := b.entry(sel, nil, at)
	err = b.later(`INSERT INTO barriers (target, name, seq, until) VALUES (?,?,?,0)`, sel.Target, sel.Key, int64(seq))
	return taken{Seq: seq}, err
}

func (b *batch) barrierOf(sel session.Selector) (taken, error) {
	var seq number
	err := b.row(`SELECT coalesce(max(seq), 0) FROM barriers WHERE target = ? AND name = ?`, []any{sel.Target, sel.Key}, &seq)
	return taken{Seq: session.Seq(seq)}, err
}

// barrier appends an entry and puts the barrier up. It stands until the last row that is kept today has expired.
func (b *batch) barrier(sel session.Selector, at session.Date) (session.Seq, error) {
	until, err := b.horizon()
	if err != nil {
		return 0, err
	}
	seq := b.entry(sel, nil, at)
	err = b.later(`INSERT INTO barriers (target, name, seq, until) VALUES (?,?,?,?)
 ON CONFLICT (target, name) DO UPDATE SET seq = excluded.seq, until = excluded.until`, sel.Target, sel.Key, int64(seq), until)
	return seq, err
}

// horizon is when the last row that is kept has expired, 0 when one never does. It is remembered until a row is added in this transaction; what
// others add meanwhile is none that a barrier of this one covers.
func (b *batch) horizon() (int64, error) {
	if b.until != nil {
		return *b.until, nil
	}
	var first, sessions, tokens number
	err := b.row(`SELECT coalesce((SELECT min(expires_at) FROM sessions), 1), coalesce((SELECT max(expires_at) FROM sessions), 1),
 coalesce((SELECT max(expires_at) FROM tokens), 1)`, nil, &first, &sessions, &tokens)
	if err != nil {
		return 0, err
	}
	until := max(int64(sessions), int64(tokens))
	if first == 0 { // a session without an end
		until = 0
	}
	b.until = &until
	return until, nil
}
