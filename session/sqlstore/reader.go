package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"
)

// reader is the pool that reads. Places in it are given out here and not by database/sql, so that a caller can leave while he waits but
// a statement, once begun, runs to its end: nothing is interrupted, so nothing can be interrupted in another's place.
type reader struct {
	db    *gorm.DB
	pool  *sql.DB
	slots chan struct{}
}

func openReader(c *Config) (*reader, error) {
	pool, err := sql.Open(driverName, readerDSN(c.DSN))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.DSN, opaque(err))
	}
	pool.SetMaxOpenConns(c.Readers)
	pool.SetMaxIdleConns(c.Readers)
	db, err := overPool(pool)
	if err != nil {
		_ = pool.Close()
		return nil, translate("open", c.DSN, err)
	}
	return &reader{db, pool, make(chan struct{}, c.Readers)}, nil
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
	return query(r.db)
}

func (r *reader) close() error { return r.pool.Close() }

// What follows hands statements to the pool of prepared ones that gorm keeps, past its builder: that takes a text apart byte by byte, each
// time, and costs as much as SQLite does for a lookup. The context is none that ends: see reader.

func exec(db *gorm.DB, query string, args ...any) (int64, error) {
	done, err := db.Statement.ConnPool.ExecContext(context.Background(), query, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// row scans the one row that a query gives.
func row(db *gorm.DB, query string, args []any, into ...any) error {
	found := db.Statement.ConnPool.QueryRowContext(context.Background(), query, args...)
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
	rows, err := db.Statement.ConnPool.QueryContext(context.Background(), query, args...)
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
