package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// reader is the pool that reads. Places in it are given out here and not by database/sql, so that a caller can leave while he waits but
// a statement, once begun, runs to its end: nothing is interrupted, so nothing can be interrupted in another's place.
type reader struct {
	db    *gorm.DB
	pool  *sql.DB
	slots chan struct{}
	limit time.Duration // for how long an answer is waited for; 0: it cannot fail to come
}

func openReader(e engine, readers int) (*reader, error) {
	pool, err := e.readPool()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e, opaque(err))
	}
	pool.SetMaxOpenConns(readers)
	pool.SetMaxIdleConns(readers)
	db, err := e.over(pool)
	if err != nil {
		_ = pool.Close()
		return nil, translate("open", e.String(), err)
	}
	return &reader{db: db, pool: pool, slots: make(chan struct{}, readers)}, nil
}

func (r *reader) do(ctx context.Context, query func(db *gorm.DB) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case r.slots <- struct{}{}:
	default:
		select {
		case r.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer func() { <-r.slots }()
	if r.limit == 0 {
		return query(r.db)
	}
	bounded, cancel := context.WithTimeout(context.Background(), r.limit)
	defer cancel()
	return query(r.db.WithContext(bounded))
}

func (r *reader) close() error { return r.pool.Close() }

// What follows hands statements to the pool of prepared ones that gorm keeps, past its builder: that takes a text apart byte by byte, each
// time, and costs as much as SQLite does for a lookup. The context is not the caller's: see reader.

func exec(db *gorm.DB, query string, args ...any) (int64, error) {
	done, err := db.Statement.ConnPool.ExecContext(db.Statement.Context, query, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// row scans the one row that a query gives.
func row(db *gorm.DB, query string, args []any, into ...any) error {
	found := db.Statement.ConnPool.QueryRowContext(db.Statement.Context, query, args...)
	if *found != (sql.Row{}) {
		return found.Scan(into...)
	}
	// An empty row, which may not even be scanned, is gorm's answer when the statement could not be prepared. The other way to ask says why.
	first := false
	err := each(db, query, args, func(rows *sql.Rows) error {
		if first {
			return nil
		}
		first = true
		return rows.Scan(into...)
	})
	if err == nil && !first {
		err = sql.ErrNoRows
	}
	return err
}

// each scans every row that a query gives.
func each(db *gorm.DB, query string, args []any, scan func(rows *sql.Rows) error) error {
	rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
