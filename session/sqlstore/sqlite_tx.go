package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"github.com/mattn/go-sqlite3"
)

// fileTx is a transaction's statements. New rows of sessions and tokens wait for whatever wants to see them, or for the end, and go in with
// those of the whole group, in the order of their keys: digests are random, and neighbours find the way to their page warm.
//
// Each is a statement of its own nevertheless. For one of many rows, which could fail after the first, SQLite copies every page before it
// changes it, and that costs what the fewer statements save.
type fileTx struct {
	overGorm
	conn *sql.Conn // the same connection
	rows [len(newRowTexts)][]newRow
}

// newRow is the values of a row; the first is what it is found by.
type newRow []any

// compare is by place in the tree: ids of sessions, which are numbered in this order, and numbers of tokens.
func (r newRow) compare(o newRow) int {
	if n, ok := r[0].(int64); ok {
		return cmp.Compare(n, o[0].(int64))
	}
	return bytes.Compare(r[0].(raw), o[0].(raw))
}

// String is the first bytes of what the row is found by.
func (r newRow) String() string {
	if n, ok := r[0].(int64); ok {
		return fmt.Sprintf("%08x", uint64(n)>>32)
	}
	return fmt.Sprintf("%x", r[0].(raw)[:4])
}

// newRowTexts tells them from other statements. They are written in this order: a token has a session.
var newRowTexts = [...]string{newSession, fileLayout.newToken}

func (t *fileTx) later(query string, args ...any) error {
	i := slices.Index(newRowTexts[:], query)
	if i < 0 {
		_, err := t.exec(query, args...)
		return err
	}
	if t.rows[i] = append(t.rows[i], args); len(t.rows[i]) < maxLater {
		return nil
	}
	return t.flush()
}

func (t *fileTx) exec(query string, args ...any) (int64, error) {
	if err := t.flush(); err != nil {
		return 0, err
	}
	return t.overGorm.exec(query, args...)
}

func (t *fileTx) row(query string, args []any, into ...any) error {
	if err := t.flush(); err != nil {
		return err
	}
	return t.overGorm.row(query, args, into...)
}

func (t *fileTx) drop() { clear(t.rows[:]) }

func (t *fileTx) flush() error {
	rows := t.rows
	t.drop()
	for i, query := range newRowTexts {
		if len(rows[i]) == 0 {
			continue
		}
		slices.SortFunc(rows[i], newRow.compare)
		if err := t.conn.Raw(func(c any) error { return c.(*writingConn).insert(query, rows[i]) }); err != nil {
			return err
		}
	}
	return nil
}

// writingConn keeps the statements for new rows prepared, and runs them past database/sql, which would cost half of what they do.
type writingConn struct {
	*sqlite3.SQLiteConn
	prepared map[string]driver.Stmt
	args     []driver.NamedValue
}

func (c *writingConn) insert(query string, rows []newRow) error {
	statement, ok := c.prepared[query]
	if !ok {
		var err error
		if statement, err = c.PrepareContext(context.Background(), query); err != nil {
			return err
		}
		c.prepared[query] = statement
	}
	for _, r := range rows {
		c.args = c.args[:0]
		for i, v := range r {
			c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
		}
		if _, err := statement.(driver.StmtExecContext).ExecContext(context.Background(), c.args); err != nil {
			return fmt.Errorf("row %s: %w", r, err)
		}
	}
	clear(c.args[:cap(c.args)]) // they point to what is somebody else's
	return nil
}

// Close implements [driver.Conn]. SQLite keeps the file open for statements that are not closed.
func (c *writingConn) Close() error {
	var errs []error
	for _, s := range c.prepared {
		errs = append(errs, s.Close())
	}
	clear(c.prepared)
	return errors.Join(append(errs, c.SQLiteConn.Close())...)
}

// writingConnector makes them.
type writingConnector struct{ dsn string }

// Connect implements [driver.Connector].
func (c *writingConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &writingConn{SQLiteConn: conn.(*sqlite3.SQLiteConn), prepared: map[string]driver.Stmt{}}, nil
}

// Driver implements [driver.Connector].
func (c *writingConnector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }
