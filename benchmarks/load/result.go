package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Result is what a run saw.
type Result struct {
	Right  int // answers as expected
	Failed int // wrong answers, and requests without one
	Begun  time.Time
	Wall   time.Duration // from the first request to the last answer
	// Latency of the right answers. In an open loop a request that found no free connection counts from when it was to begin: whoever
	// wanted to ask waited from then on.
	Latency *hdrhistogram.Histogram
	// Captured are the members that were asked for, in no order.
	Captured []string
	// Failures are the first reasons, each once. They hold no part of a body: that may be a token.
	Failures []string

	// Of an open loop.
	Late    *hdrhistogram.Histogram // how late the generator itself was, where a connection was free
	Behind  int                     // requests that began late because all connections were waiting for answers
	Dropped int                     // requests that were never sent: a while after the window's end their turn had not come

	Trace []Call
	Acts  []Acted // as the job's
}

// Call is one request of a traced run. Times are from the run's start.
type Call struct {
	Begun  time.Duration `json:"b"` // before the first byte was written
	Took   time.Duration `json:"t"`
	Status int           `json:"s"` // 0: no answer
	Item   int           `json:"i"`
}

// Acted is what became of an act.
type Acted struct {
	Begun    time.Duration
	Returned time.Duration
	Status   int
	Failure  string // "": it succeeded
}

// Asked is how many requests were sent.
func (r *Result) Asked() int { return r.Right + r.Failed }

// Latencies are kept in nanoseconds with three digits, up to half a minute: no window waits longer for an answer.
const (
	maxLatency = 30 * time.Second
	digits     = 3
)

func newLatency() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, int64(maxLatency), digits)
}

func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(int64(min(max(d, 1), maxLatency))) // in range by min and max
}

const maxFailures = 5 // reasons kept: one is the rule, five tell a pattern

func (r *Result) fail(reason string) {
	r.Failed++
	r.note(reason)
}

func (r *Result) note(reason string) {
	for _, known := range r.Failures {
		if known == reason {
			return
		}
	}
	if len(r.Failures) < maxFailures {
		r.Failures = append(r.Failures, reason)
	}
}

// drop counts arrivals that nobody got to. They have waited at least until the end.
func (r *Result) drop(arrivals []time.Duration, end time.Duration) {
	for _, at := range arrivals {
		r.Dropped++
		record(r.Latency, end-at)
	}
}

func (r *Result) add(from *Result) {
	r.Right += from.Right
	r.Failed += from.Failed
	r.Behind += from.Behind
	r.Dropped += from.Dropped
	r.Latency.Merge(from.Latency)
	r.Late.Merge(from.Late)
	r.Captured = append(r.Captured, from.Captured...)
	r.Trace = append(r.Trace, from.Trace...)
	for _, reason := range from.Failures {
		r.note(reason)
	}
}
