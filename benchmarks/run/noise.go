package run

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// moment is what the processors have done up to it: for all, and for us.
type moment struct {
	at      time.Time
	machine process.Work
	ours    time.Duration
	known   bool
}

// processors of this machine.
var processors = runtime.NumCPU()

// observe counts as ours what this process, those that it has started and the servers that it puts load on have used.
func (b *bench) observe(ctx context.Context) moment {
	var errs []error
	var m moment
	for pid := range b.loaded(ctx) {
		used, err := process.Family(pid)
		m.ours, errs = m.ours+used, append(errs, err)
	}
	for _, s := range b.up.all {
		if u, err := process.Of(s.child.PID()); err == nil { // else it has ended, and is among those that have
			m.ours += u.CPU
		}
	}
	own, oursErr := process.Ours()
	machine, machineErr := process.Machine()
	m.at, m.machine, m.ours, m.known = time.Now(), machine, m.ours+own, errors.Join(append(errs, oursErr, machineErr)...) == nil
	return m
}

// loaded are the first processes of servers on this machine that are asked in this run and were there before it. Those that we cannot see stay
// somebody else's all the time: to find one in the midst of a run would make all its work since it was started ours.
func (b *bench) loaded(ctx context.Context) map[int]bool {
	if b.guests != nil {
		return b.guests
	}
	b.guests = map[int]bool{}
	for _, store := range b.stores {
		if pid := b.postmaster(ctx, store); pid != 0 {
			b.guests[pid] = true
		}
	}
	for _, p := range b.peers {
		if pid, err := process.Listening(p.address); err == nil {
			b.guests[pid] = true
		}
	}
	return b.guests
}

// until is what others had of the processors between two moments, as parts of all of them.
func (m moment) until(to moment) (d report.Disturbance, known bool) {
	all := to.at.Sub(m.at).Seconds() * float64(processors)
	if !m.known || !to.known || all <= 0 {
		return d, false
	}
	part := func(d time.Duration) float64 { return min(1, max(0, d.Seconds()/all)) }
	d.Others = part(to.machine.Busy - m.machine.Busy - to.ours + m.ours)
	d.Stolen = part(to.machine.Stolen - m.machine.Stolen)
	return d, true
}

// momentary is what the system's counts of hundredths of a second say nothing about.
const momentary = 200 * time.Millisecond

// disturbed keeps what others had during a scenario, for those who compare runs. One that was not begun has taken no time.
func (b *bench) disturbed(s *scenario, from, to moment) {
	if d, known := from.until(to); known && to.at.Sub(from.at) > momentary {
		d.During = s.title
		b.report.Disturbances = append(b.report.Disturbances, d)
	}
}

// quiet is the part of the processors that a resting system's own needs may take.
const quiet = 0.05

// noise says how much of the processors others had during the run. It is asked when all that we started has ended.
func (b *bench) noise(from, to moment) {
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
