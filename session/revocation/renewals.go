package revocation

import (
	"context"
	"errors"
	"sync"
)

// renewals lets many wait for one goroutine: whoever asks gets the outcome of a renewal that begins after he asked.
type renewals struct {
	wake    chan struct{} // one waiting renewal is enough: it serves all who asked before it begins
	stopped chan struct{} // closed when there will be no more

	mu   sync.Mutex
	next *renewal // guarded by mu: who waits for a renewal that has not begun
}

type renewal struct {
	done chan struct{}
	err  error // set before done is closed
}

var errStopped = errors.New("the log is not followed any more")

func newRenewals() *renewals {
	return &renewals{wake: make(chan struct{}, 1), stopped: make(chan struct{})}
}

// await asks for a renewal, and returns how it went.
func (r *renewals) await(ctx context.Context) error {
	r.mu.Lock()
	if r.next == nil {
		r.next = &renewal{done: make(chan struct{})}
	}
	mine := r.next
	r.mu.Unlock()
	r.hurry()
	select {
	case <-mine.done:
		return mine.err
	case <-r.stopped:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hurry has the next renewal begin at once.
func (r *renewals) hurry() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// begin takes those who wait. Asked says that somebody does; end gives them the outcome.
func (r *renewals) begin() (asked bool, end func(error)) {
	r.mu.Lock()
	waiting := r.next
	r.next = nil
	r.mu.Unlock()
	if waiting == nil {
		return false, func(error) {}
	}
	return true, func(err error) {
		waiting.err = err
		close(waiting.done)
	}
}
