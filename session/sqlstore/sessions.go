package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"

	"github.com/introspectd/introspectd/session"
)

const sessionColumns = `s.id, s.subject, s.client, s.audience, s.scope, s.acr, s.amr, s.auth_time, s.device, s.ip,
 s.opened_at, s.expires_at, s.last_used_at, s.idle_ttl, s.born`

// sessionInto lists where sessionColumns go.
func sessionInto(q *session.Session) []any {
	return []any{
		(*id)(&q.ID), (*text)(&q.Subject), (*text)(&q.Client), (*text)(&q.Audience), (*text)(&q.Scope), (*text)(&q.ACR), (*text)(&q.AMR),
		(*number)(&q.AuthTime), (*text)(&q.Device), (*text)(&q.IP), (*number)(&q.OpenedAt), (*number)(&q.ExpiresAt), (*number)(&q.LastUsedAt),
		(*seconds)(&q.IdleTTL), (*seqno)(&q.Born),
	}
}

// sessionActive is [session.Session.ActiveAt]. Its parameters are the time, twice.
const sessionActive = `((s.expires_at = 0 OR s.expires_at > ?) AND (s.idle_ttl = 0 OR s.last_used_at + s.idle_ttl > ?))`

// Sessions implements [session.Reader].
func (s *Store) Sessions(ctx context.Context, subject string, at time.Time) ([]session.Session, error) {
	var list []session.Session
	err := s.ask(ctx, "list sessions", func(db *gorm.DB) error {
		list = nil
		return each(db, `SELECT `+sessionColumns+` FROM sessions s WHERE s.subject = ? AND `+sessionActive+` AND NOT `+sessionDead+`
 ORDER BY s.opened_at, s.id LIMIT ?`, []any{subject, at.Unix(), at.Unix(), session.MaxSessions}, func(rows *sql.Rows) error {
			var q session.Session
			err := rows.Scan(sessionInto(&q)...)
			list = append(list, q)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Count implements [session.Reader].
func (s *Store) Count(ctx context.Context) (int, error) {
	var n number
	err := s.ask(ctx, "count sessions", func(db *gorm.DB) error { return row(db, `SELECT count(*) FROM sessions`, nil, &n) })
	return int(n), err
}

// maxTouch bounds one group's share of last uses: at 10 us each, 5 ms.
const maxTouch = 500

// Touch implements [session.Store]. A long list goes in pieces, between which others write.
func (s *Store) Touch(ctx context.Context, uses []session.Use) error {
	for len(uses) > 0 {
		n := min(len(uses), maxTouch)
		piece := uses[:n]
		err := s.aside(ctx, "record uses", func(b *batch) (func(commit), error) {
			for _, u := range piece {
				if err := b.touch(u); err != nil {
					return nil, err
				}
			}
			return nil, nil
		})
		if err != nil {
			return err
		}
		uses = uses[n:]
	}
	return nil
}

func (b *batch) touch(u session.Use) error {
	return b.later(`UPDATE sessions SET last_used_at = ? WHERE id IN (SELECT id FROM sessions WHERE id = ? AND last_used_at < ? /* FOR UPDATE SKIP LOCKED */)`,
		int64(u.At), raw(u.Session[:]), int64(u.At))
}
