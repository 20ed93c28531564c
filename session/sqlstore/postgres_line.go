package sqlstore

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// line is a connection of its own for what must not queue behind anything: renewals.
type line struct {
	db *postgres

	mu   sync.Mutex
	conn *pgx.Conn // guarded by mu; nil: not connected
	over bool      // guarded by mu: closed for good
}

// do lends the connection. What goes wrong on it ends it, and the next call makes another: the server may have become a replica.
func (l *line) do(ctx context.Context, use func(ctx context.Context, conn *pgx.Conn) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return errClosed
	}
	ctx, cancel := context.WithTimeout(ctx, l.db.patience)
	defer cancel()
	if l.conn == nil || l.conn.IsClosed() {
		conn, err := l.db.dial(ctx)
		if err != nil {
			return err
		}
		l.conn = conn
	}
	err := use(ctx, l.conn)
	if err != nil {
		l.drop()
	}
	return err
}

// drop hangs up. The caller holds mu.
func (l *line) drop() {
	if l.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = l.conn.Close(ctx)
	l.conn = nil
}

func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	l.drop()
}

// dial makes a connection like those that write.
func (p *postgres) dial(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		return nil, err
	}
	if err := p.writing(ctx, conn); err != nil {
		return nil, err
	}
	return conn, nil
}

// renewOnLine writes at each renewal. Any entry may be one that somebody waits for: all of them are another's.
func (s *Store) renewOnLine(ctx context.Context, r revocation.Renewal) (revocation.Page, error) {
	begun := time.Now()
	page, enrolled, err := s.renewalOn(ctx, r)
	err = translate("renew lease", s.path, err)
	s.observe("renew lease", time.Since(begun), err)
	switch {
	case err != nil:
		return revocation.Page{}, err
	case !enrolled:
		return revocation.Page{}, revocation.ErrStruck
	}
	page.Foreign = page.Head
	return page, nil
}

func (s *Store) renewalOn(ctx context.Context, r revocation.Renewal) (page revocation.Page, enrolled bool, err error) {
	args := []any{string(r.Holder), r.Log, int64(min(r.Acked, pending)), int64(min(r.After, pending)), int64(max(r.Limit, 0)) + 1}
	err = s.line.do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		s.line.db.watch(conn)
		defer s.line.db.unwatch(conn)
		rows, err := conn.Query(ctx, renewal, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e revocation.Entry
			var holder text
			var target number
			values, err := rows.Values()
			if err != nil {
				return err
			}
			err = scanValues(values, []any{
				(*text)(&page.Log), (*seqno)(&page.Head), (*seqno)(&page.Floor), (*seqno)(&page.Registry), &holder,
				(*seqno)(&e.Seq), &target, (*text)(&e.Key), (*number)(&e.At), (*number)(&e.Until),
			})
			if err != nil {
				return err
			}
			enrolled = holder != ""
			e.Target = session.Target(target)
			take(&page, e, r.After, r.Limit)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		return s.line.db.warning(conn) // it was not confirmed by whom it has to be
	})
	return page, enrolled, err
}
