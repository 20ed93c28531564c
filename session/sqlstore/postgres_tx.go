package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/introspectd/introspectd/session"
)

// pgTx is a transaction's statements, on their way in as few messages as their order allows.
type pgTx struct {
	conn  *pgx.Conn
	limit time.Duration
	queue []statement
}

type statement struct {
	text string
	args []any
	read func(pgx.Rows) error // the answer; nil: nobody wants to know
}

func (t *pgTx) bounded() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), t.limit)
}

func (t *pgTx) drop() { t.queue = nil }

func (t *pgTx) slow() { t.limit = slowest }

// maxLater bounds what travels later: at about 200 bytes each, 100 kB.
const maxLater = 512

func (t *pgTx) later(query string, args ...any) error {
	if len(t.queue) == maxLater {
		if err := t.flush(); err != nil {
			return err
		}
	}
	return t.add(query, args, nil)
}

func (t *pgTx) add(query string, args []any, read func(pgx.Rows) error) error {
	plain := make([]any, len(args))
	for i, a := range args {
		var err error
		if plain[i], err = plainValue(a); err != nil {
			return err
		}
	}
	t.queue = append(t.queue, statement{numbered(query), plain, read})
	return nil
}

// flush sends the queue.
func (t *pgTx) flush() error {
	if len(t.queue) == 0 {
		return nil
	}
	queue := t.queue
	t.drop()
	batch := &pgx.Batch{}
	for _, s := range queue {
		batch.Queue(s.text, s.args...)
	}
	ctx, cancel := t.bounded()
	defer cancel()
	results := t.conn.SendBatch(ctx, batch)
	err := readAll(results, queue)
	return errors.Join(err, closeResults(results, err))
}

// closeResults says what closing says, unless that repeats what is known.
func closeResults(r pgx.BatchResults, known error) error {
	if err := r.Close(); known == nil {
		return err
	}
	return nil
}

func readAll(results pgx.BatchResults, queue []statement) error {
	for _, s := range queue {
		if s.read == nil {
			if _, err := results.Exec(); err != nil {
				return err
			}
			continue
		}
		if err := readOne(results, s.read); err != nil {
			return err
		}
	}
	return nil
}

func readOne(results pgx.BatchResults, read func(pgx.Rows) error) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := read(rows); err != nil {
		return err
	}
	rows.Close()
	return rows.Err()
}

func (t *pgTx) exec(query string, args ...any) (n int64, err error) {
	err = t.add(query, args, func(rows pgx.Rows) error {
		rows.Close()
		n = rows.CommandTag().RowsAffected()
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, t.flush()
}

func (t *pgTx) row(query string, args []any, into ...any) error {
	var a answer
	if err := t.ask(question{query, args}, &a); err != nil {
		return err
	}
	if err := t.flush(); err != nil {
		return err
	}
	return a.into(into)
}

// ask has the question's answer after the next flush.
func (t *pgTx) ask(q question, a *answer) error {
	a.question = q
	return t.add(q.query, q.args, func(rows pgx.Rows) (err error) {
		if rows.Next() {
			a.row, err = rows.Values()
		}
		return err
	})
}

// scanValues fills columns of this package's own types.
func scanValues(values, into []any) error {
	if len(values) != len(into) {
		return fmt.Errorf("a row has %d columns, want %d", len(values), len(into))
	}
	for i, v := range values {
		switch x := v.(type) {
		case int32:
			v = int64(x)
		case string:
			v = unescape(x)
		}
		values[i] = v
	}
	return scanColumns(values, into)
}

const takeLocks = `SELECT count(CASE WHEN l.alone THEN CAST(pg_advisory_xact_lock(l.key) AS TEXT) ELSE CAST(pg_advisory_xact_lock_shared(l.key) AS TEXT) END)
 FROM unnest($1::bigint[], $2::boolean[]) AS l(key, alone)`

// begin asks for a group in one message where its tasks belong to, takes the locks in a second, and asks in that what the tasks will ask. A
// connection that was lost meanwhile is made anew: nothing was sent on it that could have been committed.
func (p *postgres) begin(w *writer, group []*waiting, apart bool) (*batch, error) {
	b, err := p.beginOn(w, group, apart)
	if err == nil || !lost(w.conn) {
		return b, err
	}
	if err := p.connectAgain(w); err != nil {
		return nil, err
	}
	return p.beginOn(w, group, apart)
}

func (p *postgres) connectAgain(w *writer) error {
	if w.conn != nil {
		_ = w.conn.Close()
		w.conn = nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	return w.connect(ctx)
}

func (p *postgres) beginOn(w *writer, group []*waiting, alone bool) (*batch, error) {
	conn := below(w.conn)
	if conn == nil {
		return nil, errLost
	}
	t := &pgTx{conn: conn, limit: p.patience}
	t.queue = append(t.queue, statement{text: `BEGIN`})
	if err := t.locate(group); err != nil {
		return nil, apart(err)
	}
	if locks := locksOf(group); len(locks) > 0 {
		keys, which := make([]int64, len(locks)), make([]bool, len(locks))
		for i, l := range locks {
			keys[i], which[i] = l.key, l.alone
		}
		t.queue = append(t.queue, statement{text: takeLocks, args: []any{keys, which}})
	}
	// Statements of their own: they see what was committed before the locks were given.
	var head answer
	if err := t.ask(question{query: readHead}, &head); err != nil {
		return nil, err
	}
	if err := t.askAhead(group, alone); err != nil {
		return nil, apart(err)
	}
	b := newBatch(w.db, t, postgresLayout)
	b.says = !alone
	return b, head.into([]any{(*seqno)(&b.head)})
}

// locate finds the locks of tasks whose thing belongs somewhere. That never changes, so it may be asked before they are held.
func (t *pgTx) locate(group []*waiting) error {
	where := make([]answer, len(group))
	asked := false
	for i, m := range group {
		if m.belongs == nil {
			continue
		}
		asked = true
		if err := t.ask(*m.belongs, &where[i]); err != nil {
			return err
		}
	}
	if !asked {
		return nil
	}
	if err := t.flush(); err != nil {
		return err
	}
	for i, m := range group {
		if m.belongs == nil {
			continue
		}
		if err := m.settle(where[i]); err != nil {
			return err
		}
	}
	return nil
}

// askAhead sends what waits, and with it what the tasks ask first. When each is to fail for himself he asks for himself.
func (t *pgTx) askAhead(group []*waiting, alone bool) error {
	for _, m := range group {
		m.ahead = nil
		if alone {
			continue
		}
		m.ahead = make(answers, len(m.first))
		for i, q := range m.first {
			if err := t.ask(q, &m.ahead[i]); err != nil {
				return err
			}
		}
	}
	if err := t.flush(); err != nil {
		return err
	}
	cross(group)
	return nil
}

var errLost = errors.New("the connection is lost")

// below is the driver's connection, nil when there is none.
func below(conn *sql.Conn) (found *pgx.Conn) {
	if conn == nil {
		return nil
	}
	_ = conn.Raw(func(driver any) error {
		found = driver.(*pgConn).Conn.Conn()
		return nil
	})
	return found
}

func lost(conn *sql.Conn) bool {
	c := below(conn)
	return c == nil || c.IsClosed()
}

// finish ends a transaction. What takes a number holds the counter's row from then on, and must not leave the database waiting for another
// word of ours (pitfall P39): number, entries and commit are one message of the simple protocol, which the server begins to read when it has all
// of it.
func (p *postgres) finish(w *writer, b *batch) (commit, error) {
	c := commit{base: b.head, head: b.head}
	t := b.tx.(*pgTx)
	if b.plain() {
		p.watch(t.conn)
		tag := ""
		t.queue = append(t.queue, statement{text: `COMMIT`, read: func(rows pgx.Rows) error { rows.Close(); tag = rows.CommandTag().String(); return nil }})
		err := t.flush()
		return c, p.outcome(t.conn, err, tag)
	}
	t.queue = append(t.queue, statement{text: bounding + ms(p.limit)})
	if err := t.flush(); err != nil {
		return c, apart(err)
	}
	return p.lastMessage(t, b)
}

// apart asks for savepoints when the database has refused a statement, for it does not say whose.
func apart(err error) error {
	if refused(err) && !busy(err) {
		return fmt.Errorf("%w: %w", errApart, err)
	}
	return err
}

// outcome says what became of a commit. After a refusal nothing of the message that comes behind it is done.
func (p *postgres) outcome(conn *pgx.Conn, err error, tag string) error {
	warning := p.warning(conn)
	switch {
	case refused(err):
		return apart(err)
	case err != nil:
		return &uncommitted{err}
	case warning != nil:
		return &uncommitted{warning}
	case tag != "COMMIT":
		return errors.New("the database rolled back at the commit")
	}
	return nil
}

func (p *postgres) lastMessage(t *pgTx, b *batch) (commit, error) {
	c := commit{base: b.head, head: b.head}
	text, args := lastStep(b)
	p.watch(t.conn)
	ctx, cancel := t.bounded()
	defer cancel()
	rows, err := t.conn.Query(ctx, text+`; COMMIT`, append([]any{pgx.QueryExecModeSimpleProtocol}, args...)...)
	if err != nil {
		return c, p.outcome(t.conn, err, "")
	}
	var head int64
	found := rows.Next()
	if found {
		err = rows.Scan(&head)
	}
	rows.Close()
	if err = errors.Join(err, rows.Err()); err == nil && !found {
		err = errors.New("the counter's row is not there")
	}
	tag := "COMMIT"
	if t.conn.PgConn().TxStatus() != 'I' {
		tag = ""
	}
	if err := p.outcome(t.conn, err, tag); err != nil {
		return c, err
	}
	c.head = session.Seq(head)
	c.base = c.head - session.Seq(len(b.entries))
	return c, nil
}

// lastStep takes the numbers and writes them wherever they are pending, in one statement.
func lastStep(b *batch) (string, []any) {
	args := []any{int64(len(b.entries)), int64(b.registry), int64(b.floor)}
	if len(b.entries) == 0 {
		return count + ` SELECT seq FROM h`, args
	}
	var list strings.Builder
	list.WriteString(`, v(i, target, name, at, until, id, latest) AS (VALUES `)
	latest := map[string]int{} // one statement writes a row once
	for i, e := range b.entries {
		latest[fmt.Sprint(e.Target, e.Key)] = i
	}
	for i, e := range b.entries {
		if i > 0 {
			list.WriteString(`, `)
		}
		n := len(args)
		_, _ = fmt.Fprintf(&list, `(CAST($%d AS BIGINT), CAST($%d AS BIGINT), CAST($%d AS TEXT), CAST($%d AS BIGINT), CAST($%d AS BIGINT), CAST($%d AS BYTEA), %s)`,
			n+1, n+2, n+3, n+4, n+5, n+6, strconv.FormatBool(latest[fmt.Sprint(e.Target, e.Key)] == i))
		var id any
		if e.id != nil {
			id = []byte(e.id)
		}
		args = append(args, int64(i)+1, int64(e.Target), escape(e.Key), int64(e.At), int64(e.Until), id)
	}
	return count + list.String() + `),
 e AS (INSERT INTO entries (seq, target, name, at, until) SELECT h.base + v.i, v.target, v.name, v.at, v.until FROM h, v),
 t AS (UPDATE tokens SET ended_seq = h.base + v.i FROM h, v WHERE v.target = 1 AND v.id IS NOT NULL AND v.latest AND tokens.id = v.id),
 s AS (UPDATE sessions SET ended_at = v.at, ended_seq = h.base + v.i FROM h, v WHERE v.target = 2 AND v.latest AND sessions.id = v.id),
 b AS (UPDATE barriers SET seq = h.base + v.i FROM h, v WHERE v.target <> 2 AND v.id IS NULL AND v.latest AND barriers.target = v.target AND barriers.name = v.name)
SELECT seq FROM h`, args
}
