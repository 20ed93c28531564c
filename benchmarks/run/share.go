package run

import (
	"maps"
	"slices"
	"time"

	"github.com/introspectd/introspectd/benchmarks/report"
)

// share is what part of the calls of some moment was accepted.
type share struct {
	at              time.Duration
	calls, accepted int
}

// grain is how finely time is divided in pictures of what was accepted when.
const grain = 20 * time.Millisecond

func tally(bins map[int]*share, grain, at time.Duration, accepted bool) {
	n := int(at / grain)
	if at < 0 && at%grain != 0 {
		n-- // down, as after 0
	}
	if bins[n] == nil {
		bins[n] = &share{at: time.Duration(n) * grain}
	}
	bins[n].calls++
	if accepted {
		bins[n].accepted++
	}
}

func inOrder(bins map[int]*share) []share {
	var out []share
	for _, n := range slices.Sorted(maps.Keys(bins)) {
		out = append(out, *bins[n])
	}
	return out
}

// changes are the points of a chart of steps: one wherever the part that is accepted differs from the one before.
func changes(shares []share) []report.Point {
	var out []report.Point
	for i, s := range shares {
		p := report.Point{X: s.at.Seconds(), Y: float64(s.accepted) / float64(s.calls)}
		if n := len(out); n == 0 || out[n-1].Y != p.Y || i == len(shares)-1 {
			out = append(out, p)
		}
	}
	return out
}
