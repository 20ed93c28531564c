package load

import (
	"context"
	"sync/atomic"
	"time"
)

// queue says whose turn is next and when.
type queue struct {
	job      *Job
	arrivals []time.Duration // of an open loop; nil: closed
	start    time.Time
	until    time.Time // nothing of a closed loop begins after it
	given    atomic.Int64
}

// turn is one request that is to be made.
type turn struct {
	item  int
	begun time.Time // from when on it counts
	late  time.Duration
	wait  bool // a connection was free before the turn came
}

// drain is for how long after the window's end an open loop goes on sending what arrived within it.
const drain = time.Second

func newQueue(j *Job) *queue {
	q := &queue{job: j}
	if j.Rate > 0 {
		q.arrivals = schedule(j.Rate, j.Window, j.Count, j.Seed)
	}
	return q
}

func (q *queue) begin(start time.Time, window time.Duration) {
	q.start, q.until = start, start.Add(window)
}

// next takes the next turn, and in an open loop waits until it comes. False: there is nothing more to ask.
func (q *queue) next(ctx context.Context, timer *time.Timer) (turn, bool) {
	now := time.Now()
	if q.arrivals == nil && !now.Before(q.until) || q.arrivals != nil && !now.Before(q.until.Add(drain)) || ctx.Err() != nil {
		return turn{}, false
	}
	n := int(q.given.Add(1)) - 1
	if q.job.Count > 0 && n >= q.job.Count || q.job.Once && n >= len(q.job.Items) {
		return turn{}, false
	}
	if q.arrivals == nil {
		return turn{item: q.item(n), begun: now}, true
	}
	if n >= len(q.arrivals) {
		return turn{}, false
	}
	return q.await(ctx, timer, n, now)
}

// await waits for an arrival. The request counts from its own time, unless a connection stood ready and it was the generator that overslept.
func (q *queue) await(ctx context.Context, timer *time.Timer, n int, now time.Time) (turn, bool) {
	at := q.start.Add(q.arrivals[n])
	if !now.Before(at) {
		return turn{item: q.item(n), begun: at}, true
	}
	timer.Reset(at.Sub(now))
	select {
	case <-timer.C:
		now = time.Now()
		return turn{item: q.item(n), begun: now, late: now.Sub(at), wait: true}, true
	case <-ctx.Done():
		timer.Stop()
		return turn{}, false
	}
}

func (q *queue) item(n int) int {
	if len(q.job.Items) == 0 {
		return 0
	}
	return n % len(q.job.Items)
}

// dropped are the arrivals that nobody got to. It is asked when all is over.
func (q *queue) dropped() []time.Duration {
	n := int(q.given.Load())
	if n >= len(q.arrivals) {
		return nil
	}
	return q.arrivals[n:]
}
