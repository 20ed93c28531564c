package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"gorm.io/gorm"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Enrol implements [revocation.Roll].
func (s *Store) Enrol(ctx context.Context, id revocation.HolderID, lease time.Duration) error {
	return s.do(ctx, "enrol holder", func(b *batch) (func(commit), error) {
		_, err := b.exec(`INSERT INTO holders (id, acked, told, lease) VALUES (?,?,?,?)`, string(id), int64(b.head), int64(b.head), lease.Milliseconds())
		return nil, err
	})
}

// Renew implements [revocation.Roll]. It is a read as long as nothing is new; what another process appended is acknowledged at once, and what this
// one did a moment later.
func (s *Store) Renew(ctx context.Context, r revocation.Renewal) (revocation.Page, error) {
	if s.line != nil {
		return s.renewOnLine(ctx, r)
	}
	var page revocation.Page
	var kept revocation.Acked
	err := s.ask(ctx, "renew lease", func(db *gorm.DB) (err error) {
		page, kept, err = renew(db, r)
		return err
	})
	if err != nil {
		return revocation.Page{}, err
	}
	if kept.Holder == "" {
		return revocation.Page{}, revocation.ErrStruck
	}
	page.Foreign = s.write.own.foreign(&page)
	acked := kept.Seq
	if r.Log == page.Log {
		acked = max(acked, min(r.Acked, page.Head))
	}
	foreign := page.Foreign > kept.Told || page.Foreign > kept.Seq && acked > kept.Seq
	if foreign || (page.Head > kept.Told || acked > kept.Seq) && s.ackDue(revocation.Boottime()) {
		err = s.acknowledge(ctx, r.Holder, acked, page.Head)
	}
	if err != nil {
		return revocation.Page{}, err
	}
	return page, nil
}

// ownLag is for how long an entry of this process's own may go unacknowledged in writing. Somebody elsewhere may wait for it too, who repeats the
// taking-back, and strikes a holder that has not been told of it by the end of the wait; so this has to stay below the margin of that wait
// ([revocation.Wait]). Many takings-back share one such write.
const ownLag = 20 * time.Millisecond

// ackDue reports whether the last acknowledgement was written so long ago. The clock is the one that goes on while a machine sleeps.
func (s *Store) ackDue(now revocation.Instant) bool {
	return now.Sub(revocation.Instant(s.acked.Load())) >= ownLag
}

// acknowledge writes what a revoker in another process waits for. Whoever is struck from the roll before has not renewed.
func (s *Store) acknowledge(ctx context.Context, id revocation.HolderID, acked, told revocation.Seq) error {
	struck, begun := false, revocation.Boottime()
	err := s.do(ctx, "acknowledge entries", func(b *batch) (func(commit), error) {
		n, err := b.exec(`UPDATE holders SET acked = max(acked, ?), told = max(told, ?) WHERE id = ?`, int64(acked), int64(told), string(id))
		struck = n == 0
		return nil, err
	})
	if err == nil && struck {
		return revocation.ErrStruck
	}
	if err == nil {
		s.acked.Store(int64(begun))
	}
	return err
}

const readRenewal = `SELECT h.log, h.seq, h.floor, h.registry, coalesce(o.id, ''), coalesce(o.acked, 0), coalesce(o.told, 0),
 e.seq, e.target, e.name, e.at, e.until
FROM head h LEFT JOIN holders o ON o.id = ? LEFT JOIN entries e ON e.seq >= ? WHERE h.one = 1 ORDER BY e.seq LIMIT ?`

func renew(db *gorm.DB, r revocation.Renewal) (page revocation.Page, kept revocation.Acked, err error) {
	args := []any{string(r.Holder), int64(min(r.After, pending)), max(r.Limit, 0) + 1}
	err = each(db, readRenewal, args, func(rows *sql.Rows) error {
		var e revocation.Entry
		var target number
		err := rows.Scan((*text)(&page.Log), (*seqno)(&page.Head), (*seqno)(&page.Floor), (*seqno)(&page.Registry),
			(*text)(&kept.Holder), (*seqno)(&kept.Seq), (*seqno)(&kept.Told),
			(*seqno)(&e.Seq), &target, (*text)(&e.Key), (*number)(&e.At), (*number)(&e.Until))
		e.Target = session.Target(target)
		take(&page, e, r.After, r.Limit)
		return err
	})
	return page, kept, err
}

// Holders implements [revocation.Roll].
func (s *Store) Holders(ctx context.Context) (all []revocation.Acked, longest time.Duration, err error) {
	err = s.ask(ctx, "list holders", func(db *gorm.DB) error {
		all, longest = nil, 0
		return each(db, `SELECT id, acked, told, lease FROM holders ORDER BY id`, nil, func(rows *sql.Rows) error {
			var h revocation.Acked
			var lease number
			err := rows.Scan((*text)(&h.Holder), (*seqno)(&h.Seq), (*seqno)(&h.Told), &lease)
			all, longest = append(all, h), max(longest, time.Duration(lease)*time.Millisecond)
			return err
		})
	})
	return all, longest, err
}

// Strike implements [revocation.Roll].
func (s *Store) Strike(ctx context.Context, log string, seq revocation.Seq, ids ...revocation.HolderID) error {
	return s.do(ctx, "strike holders", func(b *batch) (func(commit), error) {
		for _, id := range ids {
			_, err := b.exec(`DELETE FROM holders WHERE id = ? AND (CAST(? AS BIGINT) = 0 OR told < ? AND ? = (SELECT log FROM head))`,
				string(id), int64(seq), int64(seq), log)
			if err != nil {
				return nil, err
			}
		}
		return nil, nil
	}, alone("holders", ""))
}
