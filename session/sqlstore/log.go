package sqlstore

import (
	"context"
	"database/sql"

	"gorm.io/gorm"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// readLog answers with one row also when there is no entry, for the head. It begins with the entry at the seq asked for, when that is kept.
const readLog = `SELECT h.log, h.seq, h.floor, h.registry, e.seq, e.target, e.name, e.at, e.until
FROM head h LEFT JOIN entries e ON e.seq >= ` + numberParam + ` WHERE h.one = 1 ORDER BY e.seq LIMIT ?`

// Read implements [revocation.Log]. One statement is one snapshot.
func (s *Store) Read(ctx context.Context, after revocation.Seq, limit int) (revocation.Page, error) {
	var page revocation.Page
	err := s.ask(ctx, "read log", func(db *gorm.DB) error {
		page = revocation.Page{}
		return each(db, readLog, []any{int64(min(after, pending)), max(limit, 0) + 1}, func(rows *sql.Rows) error {
			var e revocation.Entry
			var target number
			err := rows.Scan((*text)(&page.Log), (*seqno)(&page.Head), (*seqno)(&page.Floor), (*seqno)(&page.Registry),
				(*seqno)(&e.Seq), &target, (*text)(&e.Key), (*number)(&e.At), (*number)(&e.Until))
			e.Target = session.Target(target)
			take(&page, e, after, limit)
			return err
		})
	})
	if err != nil {
		return revocation.Page{}, err
	}
	return page, nil
}

// take puts a row on a page: the entry at the seq that was asked for, of those behind it up to a number, or none.
func take(p *revocation.Page, e revocation.Entry, after revocation.Seq, limit int) {
	switch {
	case e.Seq == 0: // the head alone
	case e.Seq == after:
		p.Last = e
	case len(p.Entries) < limit:
		p.Entries = append(p.Entries, e)
	}
}
