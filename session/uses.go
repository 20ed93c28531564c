package session

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"
)

// Uses collects when sessions were last used and writes it down in batches, so that a question does not cost a write. What is not
// written yet when the process dies is lost; a last use is coarse anyway.
type Uses struct {
	store interface {
		Touch(context.Context, []Use) error
	}
	every time.Duration

	mu   sync.Mutex
	seen map[ID]Date // guarded by mu
}

// maxUses bounds the batch: at 40 bytes each it is 4 MB. Past it uses are dropped until the next flush; the sessions will be used again.
const maxUses = 100_000

// NewUses flushes every so often while Run runs.
func NewUses(store interface {
	Touch(context.Context, []Use) error
}, every time.Duration,
) *Uses {
	return &Uses{store: store, every: every, seen: map[ID]Date{}}
}

// Record notes a use.
func (u *Uses) Record(id ID, at Date) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if old, ok := u.seen[id]; ok {
		u.seen[id] = max(old, at)
	} else if len(u.seen) < maxUses {
		u.seen[id] = at
	}
}

// Flush writes what was collected. When the store is away the uses stay for the next time.
func (u *Uses) Flush(ctx context.Context) error {
	u.mu.Lock()
	batch := make([]Use, 0, len(u.seen))
	for id, at := range u.seen {
		batch = append(batch, Use{id, at})
	}
	clear(u.seen)
	u.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	// Ids grow with time, so sessions that were opened together lie together in the store.
	slices.SortFunc(batch, func(a, b Use) int { return bytes.Compare(a.Session[:], b.Session[:]) })
	err := u.store.Touch(ctx, batch)
	if err != nil {
		for _, use := range batch {
			u.Record(use.Session, use.At)
		}
	}
	return err
}

// Run flushes until ctx ends, and once more then. A flush that fails is reported and tried again.
func (u *Uses) Run(ctx context.Context, report func(error)) error {
	tick := time.NewTicker(u.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			return u.Flush(last)
		case <-tick.C:
			if err := u.Flush(ctx); err != nil {
				report(err)
			}
		}
	}
}
