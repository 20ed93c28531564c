package sqlstore

import (
	"errors"
	"time"
)

// run gives each of the group its result. Most groups go through at once. When somebody's work fails after it has written, all is rolled
// back and done again with a savepoint around each, so that it fails alone.
func (w *writer) run(group []*waiting) {
	var end result
	var err error
	for until := time.Now().Add(w.patience); ; {
		if end, err = w.transact(group, false); end == spoilt {
			end, err = w.transact(group, true)
		}
		if end == committed || !w.engine.again(err) || !time.Now().Before(until) {
			break
		}
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
	defer func() {
		if end != committed {
			_ = w.exec(`ROLLBACK`)
		}
	}()
	b, err := w.engine.begin(w, group, apart)
	switch {
	case errors.Is(err, errApart) && !apart:
		return spoilt, nil
	case err != nil:
		return rolledBack, err
	}
	after := make([]func(commit), len(group))
	for i, m := range group {
		if b.ahead = m.ahead; m.crossed {
			if err := b.say(); err != nil {
				return spoilt, nil
			}
		}
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
		c, err = w.engine.finish(w, b)
		switch {
		case errors.Is(err, errApart) && !apart:
			return spoilt, nil
		case err != nil:
			return rolledBack, err // with savepoints nobody's work is left to blame
		}
		end = committed
		w.own.add(c)
		w.news = c.head > c.base || b.registry > 0
	}
	for i, m := range group {
		if m.err == nil && after[i] != nil {
			after[i](c)
		}
	}
	return end, nil
}

// locksOf are those of a whole group.
func locksOf(group []*waiting) []lock {
	var all []lock
	for _, m := range group {
		all = append(all, m.locks...)
	}
	return inOrder(all)
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
	ctx, cancel := w.engine.bounded()
	defer cancel()
	_, err := exec(w.db.WithContext(ctx), statement)
	return err
}
