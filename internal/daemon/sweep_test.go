package daemon

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/internal/telemetry"
)

// rows is a store with so many expired ones.
type rows struct {
	sync.Mutex
	left, calls int
	fail        error
	over        int // batches that were larger than allowed
}

func (r *rows) Sweep(_ context.Context, _ time.Time, limit int) (int, error) {
	r.Lock()
	defer r.Unlock()
	r.calls++
	if limit > sweepBatch {
		r.over++
	}
	if r.fail != nil {
		return 0, r.fail
	}
	n := min(limit, r.left)
	r.left -= n
	return n, nil
}

func (r *rows) Count(context.Context) (int, error) {
	r.Lock()
	defer r.Unlock()
	return r.left, nil
}

// heal makes it work, and says how often it was asked before.
func (r *rows) heal() int {
	r.Lock()
	defer r.Unlock()
	r.fail = nil
	return r.calls
}

func TestSweepingGoesInBatchesToTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &rows{left: 1234}
		var progress []int
		begun := time.Now()
		sum, err := Sweep(t.Context(), store, begun, func(n int) { progress = append(progress, n) })
		if sum != 1234 || err != nil || store.left != 0 || store.over > 0 {
			t.Errorf("swept %d, %v; left %d; %d batches too large", sum, err, store.left, store.over)
		}
		if want := []int{500, 1000, 1234}; !slices.Equal(progress, want) {
			t.Errorf("progress %v, want %v", progress, want)
		}
		if took := time.Since(begun); took != 3*sweepPause {
			t.Errorf("took %v, want a pause after each batch", took)
		}
	})
}

func TestSweepingStopsWhenTold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	store := &rows{left: 1 << 20}
	_, err := Sweep(ctx, store, time.Now(), func(n int) { cancel() })
	if !errors.Is(err, context.Canceled) || store.calls != 1 {
		t.Errorf("after %d batches %v", store.calls, err)
	}
}

func TestTheSweeperGoesOnAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &rows{left: 10, fail: errors.New("gone")}
		s := &sweeper{store, time.Minute, telemetry.NewMetrics(telemetry.Build{}), slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		time.Sleep(90 * time.Second)
		synctest.Wait()
		if calls := store.heal(); calls != 2 {
			t.Errorf("%d rounds in 90 s, want 2", calls)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if left, _ := store.Count(ctx); left != 0 {
			t.Errorf("%d rows left after the store is back", left)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
