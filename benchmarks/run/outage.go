package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/hybrid/guard"
)

// outage takes the daemon away for a while, and brings it back.
type outage struct {
	*bench
	paused bool // it stands still instead of being gone
	lines  []*outageLine
	down   time.Time
	up     time.Time
	notes  notes
}

// outageLine is a mode, and in jwt-lease the rule for when nothing is heard.
type outageLine struct {
	mode
	stale   string
	title   string
	house   *house
	service *server
	calls   []load.Call
	begun   time.Time
}

const (
	outageBefore  = time.Second
	outageAfter   = 1500 * time.Millisecond // guards are followed until they have noticed
	outagePerLine = 100.                    // calls a second
	outageTokens  = 20
)

func (b *bench) outage() *scenario {
	s := &scenario{key: outageKey, title: "daemon away", steps: b.houseSteps(b.modes)}
	kinds := []bool{false}
	if b.full {
		kinds = append(kinds, true)
	}
	var all []*outage
	for _, paused := range kinds {
		o := &outage{bench: b, paused: paused}
		for _, m := range b.modes {
			o.lines = append(o.lines, outageLines(m)...)
		}
		all = append(all, o)
		title := "ended and started again"
		if paused {
			title = "standing still"
		}
		s.steps = append(s.steps,
			step{"start services", time.Duration(len(o.lines)) * overhead, true, o.begin},
			step{title, outageBefore + b.away + outageAfter + overhead, false, o.measure})
	}
	s.finish = func() { b.finishOutage(all) }
	s.over = func() {
		for _, o := range all {
			o.over()
		}
	}
	return s
}

func outageLines(m mode) []*outageLine {
	if m.key != string(guard.JWTLease) {
		return []*outageLine{{mode: m, title: m.key}}
	}
	var out []*outageLine
	for _, rule := range []guard.Stale{guard.StaleIntrospect, guard.StaleReject, guard.StaleAcceptUntilExp} {
		out = append(out, &outageLine{mode: m, stale: string(rule), title: m.key + ", " + string(rule)})
	}
	return out
}

// key tells the rules apart; the first has the mode's colour.
func (l *outageLine) key() string {
	if l.stale == "" || l.stale == string(guard.StaleIntrospect) {
		return l.mode.key
	}
	return l.mode.key + "-" + l.stale
}

func (o *outage) begin(ctx context.Context) (err error) {
	for _, l := range o.lines {
		if l.house, err = o.house(ctx, l.memory); err != nil {
			return err
		}
		c := o.config(l.mode, l.house, audience)
		c.Stale = l.stale
		if l.service, err = o.bench.start(ctx, part.Service, c); err != nil {
			return fmt.Errorf("%s: %w", l.title, err)
		}
	}
	return nil
}

func (o *outage) over() {
	for _, l := range o.lines {
		if l.service != nil {
			_ = l.service.child.Stop()
		}
	}
}

// measure calls all services at once while their daemons go and come.
func (o *outage) measure(ctx context.Context) error {
	var t part.LoadTask
	for i, l := range o.lines {
		handles, err := l.house.take(outageTokens)
		if err != nil {
			return err
		}
		tokens, err := o.presentEach(ctx, l.mode, l.house, audience, handles)
		if err != nil {
			return err
		}
		job := visit(tokens)
		job.Address, job.Connections, job.Window = l.service.address, manyCallers, outageBefore+o.away+outageAfter
		job.Rate, job.Seed, job.Trace = outagePerLine, o.seed+uint64(i), true
		t.Jobs = append(t.Jobs, job)
	}
	seen := make(chan error, 1)
	var out part.Outcome
	go func() {
		var err error
		out, err = o.generate(ctx, t)
		seen <- err
	}()
	err := o.goAndCome(ctx)
	if err = errors.Join(err, <-seen); err != nil {
		return err
	}
	for i, w := range out.Windows {
		o.lines[i].calls, o.lines[i].begun = w.Trace, w.Begun
		o.keep(outageKey, o.lines[i].title, 1, w.Latency)
	}
	for _, why := range bottleneck(part.Outcome{Load: out.Load, Wall: out.Wall}) {
		o.notes.add("%s", why)
	}
	return nil
}

// goAndCome takes the daemons away and brings them back.
func (o *outage) goAndCome(ctx context.Context) error {
	pause := func(d time.Duration) {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
	}
	pause(outageBefore)
	o.down = time.Now()
	for _, h := range o.houses {
		take := h.daemon.child.Kill
		if o.paused {
			take = h.daemon.child.Pause
		}
		if err := take(); err != nil {
			return err
		}
	}
	pause(o.away)
	o.up = time.Now()
	var errs []error
	for remembers, h := range o.houses {
		if o.paused {
			errs = append(errs, h.daemon.child.Resume())
			continue
		}
		if err := o.restart(ctx, h); err != nil {
			delete(o.houses, remembers) // who needs one makes another
			errs = append(errs, fmt.Errorf("bring the daemon back: %w", err))
		}
	}
	return errors.Join(errs...)
}
