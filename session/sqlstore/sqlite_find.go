package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"

	"github.com/mattn/go-sqlite3"
	"gorm.io/gorm"

	"github.com/introspectd/introspectd/session"
)

// fileConnector makes connections that read.
type fileConnector struct{ dsn string }

// Connect implements [driver.Connector].
func (c *fileConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &fileConn{SQLiteConn: conn.(*sqlite3.SQLiteConn)}, nil
}

// Driver implements [driver.Connector].
func (c *fileConnector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

// fileConn keeps the statements of a look-up prepared, and runs them past database/sql, which costs as much as they do.
type fileConn struct {
	*sqlite3.SQLiteConn
	begin, find, end *fileStatement // nil until first needed
}

// fileStatement is used by whoever has its connection.
type fileStatement struct {
	prepared driver.Stmt
	args     [2]driver.NamedValue
	values   []driver.Value
}

func (c *fileConn) prepare(kept **fileStatement, query string) (*fileStatement, error) {
	if *kept == nil {
		prepared, err := c.PrepareContext(context.Background(), query)
		if err != nil {
			return nil, err
		}
		*kept = &fileStatement{prepared: prepared}
	}
	return *kept, nil
}

// Close implements [driver.Conn]. SQLite keeps the file open for statements that are not closed.
func (c *fileConn) Close() error {
	var errs []error
	for _, s := range []*fileStatement{c.begin, c.find, c.end} {
		if s != nil {
			errs = append(errs, s.prepared.Close())
		}
	}
	return errors.Join(append(errs, c.SQLiteConn.Close())...)
}

// row scans the one row that a look-up gives.
func (s *fileStatement) row(d *session.Digest, into []any) (err error) {
	s.args[0] = driver.NamedValue{Ordinal: 1, Value: fileNumber(*d)}
	s.args[1] = driver.NamedValue{Ordinal: 2, Value: d[:]}
	rows, err := s.prepared.(driver.StmtQueryContext).QueryContext(context.Background(), s.args[:])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if len(s.values) != len(into) {
		s.values = make([]driver.Value, len(into))
	}
	if err := rows.Next(s.values); err != nil {
		if err == io.EOF {
			return errors.New("the database has no head")
		}
		return err
	}
	return scanColumns(s.values, into)
}

func (s *fileStatement) exec() error {
	_, err := s.prepared.(driver.StmtExecContext).ExecContext(context.Background(), nil)
	return err
}

// findEach has one transaction for all: to begin and to end one means four locks on the file, which cost as much as finding a row. The head
// comes with each row, so that a finding is right also when SQLite has ended the transaction because of an error.
func (f *sqliteFile) findEach(r *reader, _ *gorm.DB, ds []session.Digest, answers []session.Looked) error {
	conn, err := r.pool.Conn(context.Background())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // back to the pool
	return conn.Raw(func(c any) error { return c.(*fileConn).findEach(ds, answers) })
}

func (c *fileConn) findEach(ds []session.Digest, answers []session.Looked) error {
	find, err := c.prepare(&c.find, fileLayout.lookup)
	if err != nil {
		return err
	}
	if len(ds) > 1 {
		end, err := c.snapshot()
		if err != nil {
			return err
		}
		defer end()
	}
	var row foundRow
	into := row.columns()
	for i := range ds {
		d := &ds[i]
		if err := find.row(d, into); err != nil {
			answers[i].Err = err
			continue
		}
		answers[i].Finding, answers[i].Err = row.finding(func(t *session.Token) bool { return t.Digest == *d })
	}
	return nil
}

// snapshot begins a transaction that reads.
func (c *fileConn) snapshot() (end func(), err error) {
	begin, err := c.prepare(&c.begin, `BEGIN`)
	if err != nil {
		return nil, err
	}
	commit, err := c.prepare(&c.end, `COMMIT`)
	if err != nil {
		return nil, err
	}
	if err := begin.exec(); err != nil {
		return nil, err
	}
	return func() {
		if commit.exec() != nil && !c.AutoCommit() { // what was read is right nevertheless, but the next may not begin in here
			_, _ = c.ExecContext(context.Background(), `ROLLBACK`, nil)
		}
	}, nil
}
