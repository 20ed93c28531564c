package sqlstore

import (
	"context"
	"time"

	"github.com/introspectd/introspectd/session"
)

// maxSweep bounds one transaction, so that nobody who writes waits long behind it: at 20 us a row, 10 ms. Readers never wait.
const maxSweep = 500

// Sweep implements [session.Store].
func (s *Store) Sweep(ctx context.Context, at time.Time, limit int) (int, error) {
	limit = min(limit, maxSweep)
	if limit <= 0 {
		return 0, nil
	}
	var removed int
	err := s.aside(ctx, "sweep", func(b *batch) (_ func(commit), err error) {
		removed, err = b.sweep(session.DateOf(at), limit)
		return nil, err
	}, alone("sweep", ""))
	if err != nil {
		return 0, err
	}
	return removed, nil
}

// sweepsInOrder: a session goes when it has no tokens left, and a barrier when nothing is left that it could cover.
func (l *layout) sweepsInOrder() []string {
	return []string{
		`DELETE FROM tokens WHERE ` + l.key + ` IN (SELECT ` + l.key + ` FROM tokens WHERE expires_at <= ? ORDER BY expires_at LIMIT ? /* FOR UPDATE SKIP LOCKED */)`,
		`DELETE FROM tokens WHERE ` + l.key + ` IN (SELECT t.` + l.key + ` FROM sessions s JOIN tokens t ON ` + l.joined + `
 WHERE s.ended_at > 0 AND s.ended_at <= ? LIMIT ? /* FOR UPDATE OF t SKIP LOCKED */)`,
		`DELETE FROM sessions WHERE id IN (SELECT s.id FROM sessions s WHERE s.ended_at > 0 AND s.ended_at <= ?
 AND NOT EXISTS (SELECT 1 FROM tokens t WHERE ` + l.joined + `) LIMIT ? /* FOR UPDATE OF s SKIP LOCKED */)`,
		`DELETE FROM sessions WHERE id IN (SELECT s.id FROM sessions s WHERE s.expires_at > 0 AND s.expires_at <= ?
 AND NOT EXISTS (SELECT 1 FROM tokens t WHERE ` + l.joined + `) LIMIT ? /* FOR UPDATE OF s SKIP LOCKED */)`,
		`DELETE FROM barriers WHERE (target, name) IN (SELECT target, name FROM barriers WHERE until > 0 AND until <= ? LIMIT ? /* FOR UPDATE SKIP LOCKED */)`,
	}
}

func (b *batch) sweep(at session.Date, limit int) (int, error) {
	left := limit
	ended := at - session.Date(session.SweepGrace.Seconds())
	for _, query := range b.layout.sweeps {
		if left == 0 {
			return limit, nil
		}
		n, err := b.exec(query, int64(ended), left)
		if err != nil {
			return 0, err
		}
		left -= int(n)
	}
	n, err := b.sweepLog(at, left)
	return limit - left + n, err
}

// sweepLog drops the log's oldest entries, and only those: what is left has no gaps.
func (b *batch) sweepLog(at session.Date, limit int) (int, error) {
	if limit == 0 {
		return 0, nil
	}
	var floor, upTo number
	err := b.row(`SELECT h.floor, coalesce((SELECT min(e.seq) FROM entries e WHERE e.until > ?), h.seq + 1) - 1 FROM head h WHERE h.one = 1`,
		[]any{int64(at)}, &floor, &upTo)
	upTo = min(upTo, floor+number(limit))
	if err != nil || upTo <= floor {
		return 0, err
	}
	n, err := b.exec(`DELETE FROM entries WHERE seq <= ?`, int64(upTo))
	if err != nil {
		return 0, err
	}
	b.floor = max(b.floor, session.Seq(upTo)) // written in the last step
	return int(n), nil
}
