package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

var _ revocation.Glancer = (*Store)(nil)

// A glance goes over the connection of the renewals, to the same server, in one message. Where a commit is confirmed by standbys a server that was
// cut off from them may show what will never have been: there only a renewal, which waits for them, will do.
const (
	glanceLog = `SELECT h.log, h.seq, h.floor, h.registry, current_setting('synchronous_standby_names'), e.seq, e.target, e.name, e.at, e.until
FROM head h LEFT JOIN entries e ON e.seq >= $1 WHERE h.one = 1 ORDER BY e.seq LIMIT $2`
	glanceRoll = `SELECT id, acked, told, lease FROM holders ORDER BY id`
)

// Glance implements [revocation.Glancer]. With SQLite a renewal is mostly a read already.
func (s *Store) Glance(ctx context.Context, after revocation.Seq, limit int) (page revocation.Page, all []revocation.Acked, longest time.Duration, err error) {
	if s.line == nil {
		return page, nil, 0, revocation.ErrRenew
	}
	begun := time.Now()
	var standbys text
	err = s.line.do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		page, all, longest = revocation.Page{}, nil, 0
		b := &pgx.Batch{}
		b.Queue(glanceLog, int64(min(after, pending)), int64(max(limit, 0))+1)
		b.Queue(glanceRoll)
		results := conn.SendBatch(ctx, b)
		err := eachRow(results, func(values []any) error {
			var e revocation.Entry
			var target number
			err := scanValues(values, []any{
				(*text)(&page.Log), (*seqno)(&page.Head), (*seqno)(&page.Floor), (*seqno)(&page.Registry), &standbys,
				(*seqno)(&e.Seq), &target, (*text)(&e.Key), (*number)(&e.At), (*number)(&e.Until),
			})
			e.Target = session.Target(target)
			take(&page, e, after, limit)
			return err
		})
		if err == nil {
			err = eachRow(results, func(values []any) error {
				var h revocation.Acked
				var lease number
				err := scanValues(values, []any{(*text)(&h.Holder), (*seqno)(&h.Seq), (*seqno)(&h.Told), &lease})
				all, longest = append(all, h), max(longest, time.Duration(lease)*time.Millisecond)
				return err
			})
		}
		return errors.Join(err, closeResults(results, err))
	})
	err = translate("look at the log", s.path, err)
	s.observe("look at the log", time.Since(begun), err)
	switch {
	case err != nil:
		return revocation.Page{}, nil, 0, err
	case standbys != "":
		return revocation.Page{}, nil, 0, revocation.ErrRenew
	}
	page.Foreign = s.write.own.foreign(&page)
	return page, all, longest, nil
}

// eachRow reads the next statement's answer.
func eachRow(results pgx.BatchResults, scan func(values []any) error) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err == nil {
			err = scan(values)
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}

// acknowledgement waits for no disk. A crash may forget it, and whoever waits then waits for the next renewal; what the holder was told, by which it is judged to be
// alive, is written by renewals alone.
const acknowledgement = `WITH s AS (SELECT set_config('synchronous_commit', 'off', true)), o AS (
 UPDATE holders SET acked = CASE WHEN h.log = $2 THEN greatest(acked, least($3, h.seq)) ELSE acked END
 FROM head h WHERE h.one = 1 AND id = $1 RETURNING id)
SELECT o.id, CASE WHEN $4 THEN CAST(pg_notify('` + acksChannel + `', '') AS TEXT) END FROM o, s`

// Acknowledge implements [revocation.Glancer].
func (s *Store) Acknowledge(ctx context.Context, r revocation.Renewal, others bool) error {
	if s.line == nil {
		return revocation.ErrRenew
	}
	begun, enrolled := time.Now(), false
	err := s.line.do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		tag, err := conn.Exec(ctx, acknowledgement, string(r.Holder), r.Log, int64(min(r.Acked, pending)), others)
		enrolled = tag.RowsAffected() > 0
		return err
	})
	err = translate("acknowledge entries", s.path, err)
	s.observe("acknowledge entries", time.Since(begun), err)
	if err == nil && !enrolled {
		return revocation.ErrStruck
	}
	return err
}
