package sqlstore

import (
	"context"
	"database/sql/driver"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/stdlib"
)

// connector makes connections that take the statements and the texts of this package.
type connector struct{ driver.Connector }

// Connect implements [driver.Connector].
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &pgConn{conn.(*stdlib.Conn)}, nil
}

type pgConn struct{ *stdlib.Conn }

// CheckNamedValue implements [driver.NamedValueChecker].
func (c *pgConn) CheckNamedValue(v *driver.NamedValue) (err error) {
	v.Value, err = plainValue(v.Value)
	return err
}

// ExecContext implements [driver.ExecerContext].
func (c *pgConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.ExecContext(ctx, numbered(query), args)
}

// QueryContext implements [driver.QueryerContext].
func (c *pgConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.QueryContext(ctx, numbered(query), args)
	if err != nil {
		return nil, err
	}
	return pgRows{rows}, nil
}

// PrepareContext implements [driver.ConnPrepareContext].
func (c *pgConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.PrepareContext(ctx, numbered(query))
}

type pgRows struct{ rows driver.Rows }

func (r pgRows) Columns() []string { return r.rows.Columns() }
func (r pgRows) Close() error      { return r.rows.Close() }

func (r pgRows) Next(into []driver.Value) error {
	if err := r.rows.Next(into); err != nil {
		return err
	}
	for i, v := range into {
		if s, ok := v.(string); ok {
			into[i] = unescape(s)
		}
	}
	return nil
}

// spelled keeps the few statements there are, as PostgreSQL wants them.
var spelled sync.Map

// numbered spells a statement in PostgreSQL's way: parameters have numbers, bytes have another name, and locks, which are comments where one
// transaction writes at a time, are taken. None of the three occurs in a literal.
func numbered(query string) string {
	if known, ok := spelled.Load(query); ok {
		return known.(string)
	}
	var b strings.Builder
	n := 0
	for i, part := range strings.Split(strings.NewReplacer("/* FOR", "FOR", "LOCKED */", "LOCKED", "AS BLOB)", "AS BYTEA)").Replace(query), "?") {
		if i > 0 {
			n++
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
	}
	if strings.Contains(query, "$1") { // gorm has done it
		b.Reset()
		b.WriteString(query)
	}
	spelled.Store(query, b.String())
	return b.String()
}

// plainValue makes a parameter one of the few types that a driver has to know.
func plainValue(v any) (driver.Value, error) {
	plain, err := driver.DefaultParameterConverter.ConvertValue(v)
	if s, ok := plain.(string); ok {
		plain = escape(s)
	}
	return plain, err
}

// PostgreSQL's texts have no NUL and are UTF-8. A subject that somebody asks about may be anything: it has to be an answer that there is none
// of that name. What does not fit is written behind mark, and so is mark itself: texts differ afterwards if they differed before.
const (
	mark    = '\x01'
	hexes   = "0123456789abcdef"
	markLen = len("\x01ff")
)

func escape(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 && strings.IndexByte(s, mark) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if c := s[i]; r == utf8.RuneError && size == 1 || c == 0 || c == mark {
			b.WriteByte(mark)
			b.WriteByte(hexes[c>>4])
			b.WriteByte(hexes[c&15])
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

func unescape(s string) string {
	if strings.IndexByte(s, mark) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == mark && i+markLen <= len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+markLen], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += markLen - 1
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
