package run

import (
	"context"
	"runtime"
	"time"

	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// noise is what the processors have done up to a moment: for all, and for us.
type noise struct {
	at      time.Time
	machine process.Work
	ours    time.Duration
	known   bool
}

// processors of this machine.
var processors = runtime.NumCPU()

// observe counts as ours what this process, those that it has started and the databases' servers have used.
func (b *bench) observe(ctx context.Context) noise {
	var n noise
	for _, store := range b.stores {
		if pid := b.postmaster(ctx, store); pid != 0 {
			used, _ := process.Family(pid) // it is on this machine, so what is not known of it is somebody else's
			n.ours += used
		}
	}
	for _, s := range b.up.all {
		if u, err := process.Of(s.child.PID()); err == nil { // else it has ended, and is among those that have
			n.ours += u.CPU
		}
	}
	own, oursErr := process.Ours()
	machine, machineErr := process.Machine()
	n.at, n.machine, n.ours, n.known = time.Now(), machine, n.ours+own, machineErr == nil && oursErr == nil
	return n
}

// until is what others had of the processors between two moments, as parts of all of them.
func (n noise) until(to noise) (d report.Disturbance, known bool) {
	all := to.at.Sub(n.at).Seconds() * float64(processors)
	if !n.known || !to.known || all <= 0 {
		return d, false
	}
	part := func(d time.Duration) float64 { return min(1, max(0, d.Seconds()/all)) }
	d.Others = part(to.machine.Busy - n.machine.Busy - to.ours + n.ours)
	d.Stolen = part(to.machine.Stolen - n.machine.Stolen)
	return d, true
}

// momentary is what the system's counts of hundredths of a second say nothing about.
const momentary = 200 * time.Millisecond

// disturbed keeps what others had during a scenario, for those who compare runs. One that was not begun has taken no time.
func (b *bench) disturbed(s *scenario, from, to noise) {
	if d, known := from.until(to); known && to.at.Sub(from.at) > momentary {
		d.During = s.title
		b.report.Disturbances = append(b.report.Disturbances, d)
	}
}

// quiet is the part of the processors that a resting system's own needs may take.
const quiet = 0.05

// noise says how much of the processors others had during the run. It is asked when all that we started has ended.
func (b *bench) noise(from, to noise) {
	d, known := from.until(to)
	if !known {
		return
	}
	if d.Others > quiet {
		b.note("other programs used %.0f%% of the processors during the run: figures are noisier than on a quiet machine, rates lower and latencies longer", 100*d.Others)
	}
	if d.Stolen > quiet {
		b.note("the host took %.0f%% of the processors' time for others during the run, which this machine cannot see or prevent; rates are lower and latencies longer", 100*d.Stolen)
	}
}
