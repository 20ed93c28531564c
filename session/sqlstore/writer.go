package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

// writer is the one connection that writes. Operations queue; whoever finds nobody leading leads: he takes all that is queued into one
// transaction, commits once for all of them, and hands the lead to the first who came meanwhile. A commit waits for the disk, so this is
// what lets many callers write faster than one.
type writer struct {
	pool     *sql.DB
	conn     *sql.Conn // pinned: statements of one transaction can not end up on two connections
	db       *gorm.DB  // over conn; used by the leader only
	engine   engine
	crowd    *gathering // the leader's
	patience time.Duration
	failing  atomic.Bool // the last write went wrong, and none went right since

	own  own
	news bool   // the last transaction appended to the log or changed the registry; the leader's
	tell func() // called after such a one; nil: nobody wants to know

	mu      sync.Mutex
	idle    sync.Cond // on mu: leading became false
	queue   []*waiting
	leading bool
	closed  bool
}

// maxGroup bounds one transaction, so that its first caller does not wait for a crowd: at some 50 us each, about 10 ms.
const maxGroup = 256

// work does its statements in a transaction. It may be run again in another one, when somebody else in the group went wrong, so it starts from
// nothing each time. What it returns is called after the commit.
type work func(b *batch) (done func(commit), err error)

// waiting is one caller.
type waiting struct {
	task
	done chan struct{} // closed when err is set
	err  error
	lead chan struct{} // gets a value when this caller is to lead

	// Of the transaction that runs, the leader's.
	ahead   answers // to the task's first questions
	crossed bool    // a task before in the group may change what this one reads

	chosen, taken bool // guarded by writer.mu: lead was sent; a leader has it
}

func openWriter(ctx context.Context, e engine, patience time.Duration) (*writer, error) {
	pool, err := e.writePool()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e, opaque(err))
	}
	pool.SetMaxOpenConns(1)
	crowd, err := newGathering()
	if err != nil {
		_ = pool.Close()
		return nil, translate("open", e.String(), err)
	}
	w := &writer{pool: pool, engine: e, crowd: crowd, patience: patience}
	w.idle.L = &w.mu
	if err := w.connect(ctx); err != nil {
		return nil, errors.Join(translate("open", e.String(), err), crowd.close(), pool.Close())
	}
	return w, nil
}

func (w *writer) connect(ctx context.Context) error {
	var err error
	if err = w.patiently(func() error { w.conn, err = w.pool.Conn(ctx); return err }); err != nil {
		return err
	}
	if err := w.patiently(func() error { return w.engine.durable(ctx, w.conn) }); err != nil {
		return err
	}
	w.db, err = w.engine.over(w.conn)
	return err
}

// do runs a task in the next group. A caller whose ctx ends before a leader took his task takes it back; from then on he waits for the end.
func (w *writer) do(ctx context.Context, t task) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	me := &waiting{task: t, done: make(chan struct{}), lead: make(chan struct{}, 1)}
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return errClosed
	}
	w.queue = append(w.queue, me)
	first := !w.leading
	w.leading = true
	w.mu.Unlock()
	if first {
		w.group()
		return me.err
	}
	select {
	case <-me.done:
	case <-me.lead:
		w.group()
	case <-ctx.Done():
		if w.withdraw(me) {
			return ctx.Err()
		}
		select {
		case <-me.done:
		case <-me.lead:
			w.group()
		}
	}
	return me.err
}

func (w *writer) withdraw(me *waiting) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if me.taken || me.chosen {
		return false
	}
	w.queue = slices.DeleteFunc(w.queue, func(q *waiting) bool { return q == me })
	return true
}

var errPanic = errors.New("a write ended in a panic")

// group leads once. Its caller is first in the queue.
func (w *writer) group() {
	w.crowd.gather(w.waiting, maxGroup)
	w.mu.Lock()
	n := min(len(w.queue), maxGroup)
	group := slices.Clone(w.queue[:n])
	w.queue = slices.Delete(w.queue, 0, n)
	for _, m := range group {
		m.taken = true
	}
	w.mu.Unlock()

	finished, news := false, false
	defer func() {
		if !finished { // a bug in somebody's work: nobody may wait for ever
			_ = w.exec(`ROLLBACK`)
			for _, m := range group {
				m.err = errPanic
			}
		}
		for _, m := range group {
			close(m.done)
		}
		w.handOver()
		if news && w.tell != nil {
			w.tell()
		}
	}()
	w.news = false
	w.run(group)
	news, finished = w.news, true
}

func (w *writer) waiting() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.queue)
}

func (w *writer) handOver() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) > 0 {
		w.queue[0].chosen = true
		w.queue[0].lead <- struct{}{}
		return
	}
	w.leading = false
	w.idle.Broadcast()
}

// close waits for the queue to empty.
func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	for w.leading {
		w.idle.Wait()
	}
	if w.conn == nil { // lost, and not found again
		return errors.Join(w.crowd.close(), w.pool.Close())
	}
	return errors.Join(closeStatements(w.db), w.conn.Close(), w.pool.Close(), w.crowd.close())
}

// closeStatements is for statements that were prepared on one connection: database/sql does not close them with it, and SQLite keeps the
// file open until they are.
func closeStatements(db *gorm.DB) error {
	prepared, ok := db.Statement.ConnPool.(*gorm.PreparedStmtDB)
	if !ok {
		return nil
	}
	var errs []error
	for _, query := range prepared.Stmts.Keys() {
		if statement, ok := prepared.Stmts.Get(query); ok {
			errs = append(errs, statement.Close())
		}
	}
	return errors.Join(errs...)
}
