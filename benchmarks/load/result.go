package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Result is what a run saw.
type Result struct {
	Right   int           // answers as expected
	Failed  int           // wrong answers, and requests without one
	Wall    time.Duration // from the first request to the last answer
	Latency *hdrhistogram.Histogram
	// Captured are the members that were asked for, in no order.
	Captured []string
	// Failures are the first reasons, each once. They hold no part of a body: that may be a token.
	Failures []string
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

func (r *Result) add(from *Result) {
	r.Right += from.Right
	r.Failed += from.Failed
	r.Latency.Merge(from.Latency)
	r.Captured = append(r.Captured, from.Captured...)
	for _, reason := range from.Failures {
		r.note(reason)
	}
}
