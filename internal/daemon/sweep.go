package daemon

import (
	"context"
	"log/slog"
	"time"

	"github.com/introspectd/introspectd/internal/telemetry"
)

// Sweepable is what expired rows are removed from.
type Sweepable interface {
	Sweep(ctx context.Context, at time.Time, limit int) (int, error)
	Count(ctx context.Context) (int, error)
}

const (
	sweepBatch = 500                   // a few milliseconds of writing
	sweepPause = 20 * time.Millisecond // lets the writers in who waited meanwhile
)

// Sweep removes what has ended, batch by batch, and tells progress the sum after each.
func Sweep(ctx context.Context, store Sweepable, at time.Time, progress func(sum int)) (sum int, err error) {
	for {
		n, err := store.Sweep(ctx, at, sweepBatch)
		if err != nil {
			return sum, err
		}
		if n == 0 {
			return sum, nil
		}
		sum += n
		progress(sum)
		select {
		case <-ctx.Done():
			return sum, ctx.Err()
		case <-time.After(sweepPause):
		}
	}
}

// sweeper removes expired rows while the daemon runs.
type sweeper struct {
	store   Sweepable
	every   time.Duration
	metrics *telemetry.Metrics
	log     *slog.Logger
}

// Run sweeps at once, and then every so often until ctx ends. A round that fails is logged, and tried again when its time comes.
func (s *sweeper) Run(ctx context.Context) error {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		s.round(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (s *sweeper) round(ctx context.Context) {
	sum, err := Sweep(ctx, s.store, time.Now(), func(int) {})
	if ctx.Err() != nil {
		return // stopping; nothing is lost
	}
	s.metrics.Swept(sum, err)
	switch {
	case err != nil:
		s.log.Warn("remove expired rows", "error", err)
		return
	case sum > 0:
		s.log.Info("removed expired rows", "rows", sum)
	}
	n, err := s.store.Count(ctx)
	if err != nil {
		s.log.Warn("count sessions", "error", err)
		return
	}
	s.metrics.Sessions(n)
}
