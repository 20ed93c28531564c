package sqlstore

import (
	"errors"
	"time"
)

// run gives each of the group its result. Most groups go through at once. When somebody's work fails after it has written, all is rolled
// back and done again with a savepoint around each, so that it fails alone.
func (w *writer) run(group []*waiting) {
	end, err := w.transact(group, false)
	if end == spoilt {
		end, err = w.transact(group, true)
	}
	if end == committed {
		w.failing.Store(false)
	}
	for _, m := range group {
		if err != nil {
			m.err = err
		}
		if ill(m.err) {
			w.failing.Store(true)
		}
	}
}

// result is how a transaction ended.
type result int

const (
	rolledBack result = iota // nothing was written
	committed
	spoilt // to be done again, with savepoints
)

// transact is one transaction.
func (w *writer) transact(group []*waiting, apart bool) (end result, err error) {
	if err := w.begin(); err != nil {
		return rolledBack, err
	}
	defer func() {
		if end != committed {
			_ = w.exec(`ROLLBACK`)
		}
	}()
	b, err := newBatch(w.db)
	if err != nil {
		return rolledBack, err
	}
	after := make([]func(commit), len(group))
	for i, m := range group {
		after[i], m.err = b.attempt(m.run, apart)
		var gone *broken
		switch {
		case errors.Is(m.err, errApart):
			return spoilt, nil
		case errors.As(m.err, &gone):
			return rolledBack, gone.cause
		}
	}
	c := commit{base: b.head, head: b.head}
	if b.wrote {
		if c, err = b.last(); err != nil {
			return rolledBack, err
		}
		if err := w.exec(`COMMIT`); err != nil {
			return rolledBack, &uncommitted{err}
		}
		end = committed
		w.own.add(c)
	}
	for i, m := range group {
		if m.err == nil && after[i] != nil {
			after[i](c)
		}
	}
	return end, nil
}

// begin waits its turn among processes.
func (w *writer) begin() error {
	err := w.patiently(func() error { return w.exec(beginWrite) })
	if err != nil && !busy(err) {
		// A transaction that could not be rolled back would stand in the way of all that follow.
		_ = w.exec(`ROLLBACK`)
		err = w.exec(beginWrite)
	}
	return err
}

func (w *writer) patiently(try func() error) error {
	for until := time.Now().Add(w.patience); ; {
		err := try()
		if err == nil || !busy(err) || !time.Now().Before(until) {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

func (w *writer) exec(statement string) error {
	_, err := exec(w.db, statement)
	return err
}
