package run

import (
	"runtime"
	"time"

	"github.com/introspectd/introspectd/benchmarks/process"
)

// noise is what the processors had done when the run began: for all, and for us.
type noise struct {
	at            time.Time
	machine, ours time.Duration
	known         bool
}

func begin() noise {
	n := noise{at: time.Now()}
	var machineErr, oursErr error
	n.machine, machineErr = process.Machine()
	n.ours, oursErr = process.Ours()
	n.known = machineErr == nil && oursErr == nil
	return n
}

// quiet is the part of the processors that a resting system's own needs may take.
const quiet = 0.05

// noise says how much of the processors others had during the run. It is asked when all that we started has ended.
func (b *bench) noise(from noise) {
	to := begin()
	if !from.known || !to.known {
		return
	}
	all := time.Since(from.at).Seconds() * float64(runtime.NumCPU())
	others := (to.machine - from.machine - to.ours + from.ours).Seconds()
	if share := others / all; share > quiet {
		b.note("other programs used %.0f%% of the processors during the run: figures are noisier than on a quiet machine, rates lower and latencies longer", 100*share)
	}
}
