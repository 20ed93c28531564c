package sqlstore

import (
	"database/sql"
	"encoding/hex"
	"strings"

	"gorm.io/gorm"

	"github.com/introspectd/introspectd/session"
)

// lookupEach is one statement, so that it is one round trip and one snapshot.
var lookupEach = postgresLayout.lookupBy(`t.digest = ANY(CAST(? AS BYTEA[]))`)

func (p *postgres) findEach(_ *reader, db *gorm.DB, ds []session.Digest, answers []session.Looked) error {
	if len(ds) == 1 {
		answers[0].Finding, answers[0].Err = postgresLayout.find(overGorm{db}, ds[0])
		return nil
	}
	found := make(map[session.Digest]session.Looked, len(ds))
	rows, unread := 0, false
	var row foundRow
	into := row.columns()
	err := each(db, lookupEach, []any{arrayOf(ds)}, func(r *sql.Rows) error {
		rows++
		if r.Scan(into...) != nil {
			unread = true // and nobody knows whose it is
			return nil
		}
		d := row.Token.Digest
		var one session.Looked
		one.Finding, one.Err = row.finding(func(*session.Token) bool { return true })
		found[d] = one
		return nil
	})
	if err == nil && rows == 0 {
		err = sql.ErrNoRows // not even the head
	}
	if err != nil {
		return err
	}
	for i, d := range ds {
		one, ok := found[d]
		switch {
		case ok:
		case unread:
			one.Finding, one.Err = postgresLayout.find(overGorm{db}, d)
		default:
			one.Finding.Head = row.Head
		}
		answers[i] = one
	}
	return nil
}

// arrayOf writes digests as PostgreSQL reads an array.
func arrayOf(ds []session.Digest) string {
	var b strings.Builder
	b.Grow(2 + len(ds)*(2*len(session.Digest{})+6))
	for i, d := range ds {
		b.WriteByte("{,"[min(i, 1)])
		b.WriteString(`"\\x`)
		b.WriteString(hex.EncodeToString(d[:]))
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}
