package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Columns are scanned by types of their own: without reflection, and so that NULL, which a left join gives, is the zero value.
type (
	number int64
	seqno  uint64
	text   string
	digest session.Digest
	id     session.ID
)

// Scan takes an integer or NULL.
func (n *number) Scan(src any) error {
	switch v := src.(type) {
	case int64:
		*n = number(v)
	case nil:
		*n = 0
	default:
		return fmt.Errorf("column holds %T, want an integer", src)
	}
	return nil
}

// Scan takes an integer or NULL.
func (s *seqno) Scan(src any) error {
	var n number
	err := n.Scan(src)
	*s = seqno(n)
	return err
}

// Scan takes text or NULL.
func (t *text) Scan(src any) error {
	switch v := src.(type) {
	case string:
		*t = text(v)
	case []byte:
		*t = text(v)
	case nil:
		*t = ""
	default:
		return fmt.Errorf("column holds %T, want text", src)
	}
	return nil
}

// Scan takes 32 bytes or NULL.
func (d *digest) Scan(src any) error { return scanBytes(d[:], src) }

// Value is NULL for the zero digest.
func (d digest) Value() (driver.Value, error) {
	if d == (digest{}) {
		return nil, nil
	}
	return d[:], nil
}

// Scan takes 16 bytes or NULL.
func (i *id) Scan(src any) error { return scanBytes(i[:], src) }

func scanBytes(into []byte, src any) error {
	switch v := src.(type) {
	case []byte:
		if len(v) != len(into) {
			return fmt.Errorf("column holds %d bytes, want %d", len(v), len(into))
		}
		copy(into, v)
	case nil:
		clear(into)
	default:
		return fmt.Errorf("column holds %T, want bytes", src)
	}
	return nil
}

// seconds is a duration in a column of whole seconds.
type seconds time.Duration

// Scan takes an integer or NULL.
func (s *seconds) Scan(src any) error {
	var n number
	err := n.Scan(src)
	*s = seconds(time.Duration(n) * time.Second)
	return err
}

// raw is bytes as a parameter.
type raw = []byte

// scanColumns hands the values of a row to columns of these types.
func scanColumns[V any](values []V, into []any) error {
	if len(values) != len(into) {
		return fmt.Errorf("a row has %d columns, want %d", len(values), len(into))
	}
	for i, v := range values {
		if err := into[i].(sql.Scanner).Scan(v); err != nil {
			return err
		}
	}
	return nil
}
