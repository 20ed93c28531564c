package sqlstore

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// A hint says that the log or the registry has something new. It is sent after the commit and outside of any transaction that changes
// something, may be lost, and says nothing: whoever follows the log reads it every now and then in any case (pitfall P4).
const channel = "introspectd_log"

// acksChannel has hints that somebody has acknowledged something, for those who wait for that.
const acksChannel = "introspectd_acks"

// hint has whoever comes while one is being sent leave it to him who sends. Where [Store.Hints] runs, it sends: a taking-back does not wait for that.
type hint struct {
	wanted  atomic.Bool
	sending atomic.Bool
	running atomic.Bool
	outbox  chan struct{} // one that waits is enough: it says nothing
}

const hintLimit = time.Second

func (s *Store) sendHint() {
	if s.hint.running.Load() {
		select {
		case s.hint.outbox <- struct{}{}:
		default:
		}
		return
	}
	s.sendNow()
}

func (s *Store) sendNow() {
	s.hint.wanted.Store(true)
	for s.hint.wanted.Load() && s.hint.sending.CompareAndSwap(false, true) {
		s.hint.wanted.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), hintLimit)
		_ = s.read.do(ctx, func(db *gorm.DB) error { // a lost one costs the time to the next renewal
			var local, nothing text
			return row(db, `SELECT set_config('synchronous_commit', 'off', true), CAST(pg_notify('`+channel+`', '') AS TEXT)`, nil, &local, &nothing)
		})
		cancel()
		s.hint.sending.Store(false)
	}
}

// Hints calls back when another process has changed something (hurry) or acknowledged something, and whenever it may have missed that; it returns when
// ctx ends. Nothing may depend on it. SQLite has no such thing.
func (s *Store) Hints(ctx context.Context, hurry, acknowledged func()) error {
	p, ok := s.engine.(*postgres)
	if !ok {
		<-ctx.Done()
		return nil
	}
	var sending sync.WaitGroup
	defer sending.Wait()
	s.hint.running.Store(true)
	defer s.hint.running.Store(false)
	sending.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-s.hint.outbox:
				s.sendNow()
			}
		}
	})
	const soon, late = 100 * time.Millisecond, 5 * time.Second
	for wait := soon; ; wait = min(2*wait, late) {
		begun := time.Now()
		_ = p.listen(ctx, hurry, acknowledged)
		if time.Since(begun) > late {
			wait = soon
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// quiet is after what silence a listener asks whether the server is still there.
const quiet = 10 * time.Second

func (p *postgres) listen(ctx context.Context, hurry, acknowledged func()) error {
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, `LISTEN `+channel+`; LISTEN `+acksChannel); err != nil {
		return err
	}
	hurry()
	for ctx.Err() == nil {
		if err := heard(ctx, conn, hurry, acknowledged); err != nil {
			return err
		}
	}
	return nil
}

// heard waits for one hint, or finds out in silence whether there could be any.
func heard(ctx context.Context, conn *pgx.Conn, hurry, acknowledged func()) error {
	waiting, cancel := context.WithTimeout(ctx, quiet)
	n, err := conn.WaitForNotification(waiting)
	cancel()
	switch {
	case err == nil && n.Channel == acksChannel:
		acknowledged()
		return nil
	case err == nil:
		hurry()
		return nil
	}
	if conn.IsClosed() || ctx.Err() != nil {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return conn.Ping(asking)
}
