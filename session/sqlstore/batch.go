package sqlstore

import (
	"errors"

	"gorm.io/gorm"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// batch is one transaction, as the work in it sees it.
//
// The numbers of new entries are taken in the last step. Until then they stand in the rows as pending + n: larger than every real one, so
// whatever reads a row in this transaction sees the thing taken back already.
type batch struct {
	db       *gorm.DB   // over the connection that tx is on
	tx       statements // all statements but those that gorm builds
	layout   *layout
	head     session.Seq     // as read when the transaction began
	entries  []pendingEntry  // in order
	registry int             // changes of clients and audiences
	floor    session.Seq     // entries up to this one were dropped; 0: none were
	until    *int64          // see horizon; nil: not known
	probe    bool            // the last step is taken in any case, to see whether it can be
	enabled  map[string]bool // clients looked at so far
	ahead    answers         // what was asked for the work that runs now
	says     bool            // the last step writes all that a row says of its end, so nothing else need
	unsaid   []question      // what therefore was not written yet
	wrote    bool            // anybody has written
	mine     bool            // the work that runs now has written
}

type pendingEntry struct {
	revocation.Entry
	id raw // of the token or session whose row says so; nil: a barrier does
}

const pending session.Seq = 1 << 62

// commit is what a transaction came to.
type commit struct {
	base, head session.Seq // the log's head before and after it
}

// seq turns a number as read in the transaction into the real one.
func (c commit) seq(s session.Seq) session.Seq {
	if s > pending {
		return c.base + s - pending
	}
	return s
}

// errApart asks for the transaction to be done again, with savepoints.
var errApart = errors.New("a write failed half way")

// broken says that the transaction is of no use any more.
type broken struct{ cause error }

func (b *broken) Error() string { return b.cause.Error() }
func (b *broken) Unwrap() error { return b.cause }

func newBatch(db *gorm.DB, tx statements, l *layout) *batch {
	return &batch{db: db, tx: tx, layout: l, enabled: map[string]bool{}}
}

const readHead = `SELECT seq FROM head WHERE one = 1`

func (b *batch) readHead() error { return b.row(readHead, nil, (*seqno)(&b.head)) }

// attempt runs work. When it fails it leaves nothing behind.
func (b *batch) attempt(run work, apart bool) (func(commit), error) {
	entries, registry := len(b.entries), b.registry
	b.mine = false
	if apart {
		if _, err := b.tx.exec(`SAVEPOINT apart`); err != nil {
			return nil, &broken{err}
		}
	}
	after, err := run(b)
	if apart && err == nil {
		err = b.tx.flush()
	}
	if err != nil && !apart && (b.mine || !isAnswer(err)) {
		// What was written must go, and after some errors SQLite has rolled back by itself: what followed would stand outside of any
		// transaction. In PostgreSQL nothing follows an error but a rollback.
		return nil, errApart
	}
	if err != nil {
		b.entries, b.registry = b.entries[:entries], registry
		clear(b.enabled)
	}
	if apart {
		if err != nil {
			b.tx.drop()
			if _, back := b.tx.exec(`ROLLBACK TO SAVEPOINT apart`); back != nil {
				return nil, &broken{err} // SQLite has rolled back by itself, for this reason
			}
		}
		if _, release := b.tx.exec(`RELEASE SAVEPOINT apart`); release != nil {
			return nil, &broken{release}
		}
	}
	b.wrote = b.wrote || b.mine
	return after, err
}

// exec writes, and says how many rows that changed.
func (b *batch) exec(query string, args ...any) (int64, error) {
	n, err := b.tx.exec(query, args...)
	b.mine = b.mine || err != nil || n > 0
	return n, err
}

// later writes, and leaves it to what comes after it to say how that went.
func (b *batch) later(query string, args ...any) error {
	b.mine = true
	return b.tx.later(query, args...)
}

// ends writes into a row that it has ended, as the last step does again with the real number.
func (b *batch) ends(query string, args ...any) error {
	if !b.says {
		return b.later(query, args...)
	}
	b.mine = true
	b.unsaid = append(b.unsaid, question{query, args})
	return nil
}

// say writes it for those who would miss it.
func (b *batch) say() error {
	for _, q := range b.unsaid {
		if err := b.tx.later(q.query, q.args...); err != nil {
			return err
		}
	}
	b.unsaid = nil
	return nil
}

func (b *batch) row(query string, args []any, into ...any) error {
	if known, ok := b.ahead.take(query, args); ok && !b.mine {
		return known.into(into)
	}
	return b.tx.row(query, args, into...)
}

// entry appends to the log, and answers with the pending number.
func (b *batch) entry(sel session.Selector, id raw, at session.Date) session.Seq {
	b.entries = append(b.entries, pendingEntry{
		revocation.Entry{Selector: sel, At: at, Until: at + session.Date(revocation.KeepEntries.Seconds())}, id,
	})
	return pending + session.Seq(len(b.entries))
}

// plain reports whether the commit is all that is left to do.
func (b *batch) plain() bool {
	return len(b.entries) == 0 && b.registry == 0 && b.floor == 0 && !b.probe
}

// last is the last step before the commit: it takes the numbers and writes them wherever they are pending.
func (b *batch) last() (commit, error) {
	c := commit{base: b.head, head: b.head}
	if b.plain() {
		return c, nil
	}
	n := len(b.entries)
	err := b.row(`UPDATE head SET seq = seq + ?, registry = registry + ?, floor = max(floor, ?) WHERE one = 1 RETURNING seq`,
		[]any{n, b.registry, int64(b.floor)}, (*seqno)(&c.head))
	if err != nil {
		return c, err
	}
	c.base = c.head - session.Seq(n)
	for i := range b.entries {
		e := &b.entries[i]
		e.Seq = c.base + session.Seq(i) + 1
		_, err := b.exec(`INSERT INTO entries (seq, target, name, at, until) VALUES (?,?,?,?,?)`,
			int64(e.Seq), e.Target, e.Key, int64(e.At), int64(e.Until))
		if err != nil {
			return c, err
		}
		if err := b.number(e); err != nil {
			return c, err
		}
	}
	return c, nil
}

// number replaces a pending number.
func (b *batch) number(e *pendingEntry) (err error) {
	switch {
	case e.Target == session.TargetToken && e.id != nil:
		_, err = b.exec(`UPDATE tokens SET ended_seq = ? WHERE id = ?`, int64(e.Seq), e.id)
	case e.Target == session.TargetSession:
		_, err = b.exec(`UPDATE sessions SET ended_seq = ? WHERE id = ?`, int64(e.Seq), e.id)
	default:
		_, err = b.exec(`UPDATE barriers SET seq = ? WHERE target = ? AND name = ?`, int64(e.Seq), e.Target, e.Key)
	}
	return err
}
