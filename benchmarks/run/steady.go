package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/introspectd/introspectd/benchmarks/floor"
	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/report"
	"github.com/introspectd/introspectd/benchmarks/service"
)

// steady compares what a call costs once all are acquainted: tokens that were seen before, called again and again.
type steady struct {
	*bench
	key       string
	title     string
	audiences []string // of the row of services
	tokens    int      // that come again and again
	lines     []*steadyLine
	checks    []part.Checked
	notes     notes
}

// steadyLine is a mode, or what modes are compared with.
type steadyLine struct {
	mode
	house   *house
	service *server
	handles []string

	rate, cpuService, cpuDaemon, asked, full50, full99 []float64 // closed loop, by round
	p50, p90, p99, p999, most                          []float64 // open loop, by round
	calls                                              []float64
	bytes                                              []service.Counters // of so many calls
	token                                              int                // bytes
}

func (b *bench) steady() (*scenario, *steady) {
	st := &steady{bench: b, key: steadyKey, title: "steady calls", audiences: []string{audience}, tokens: b.counts.acquainted}
	s := st.begin(append(append([]mode{}, bases...), b.modes...))
	s.finish = st.finish
	s.steps = append(s.steps, step{"check signatures", 4*b.checkFor()*time.Duration(b.rounds) + overhead, false, st.check})
	for n := 1; n <= b.rounds; n++ {
		s.steps = append(s.steps, st.closedLoops(n, b.rounds)...)
		for _, l := range st.lines {
			s.steps = append(s.steps, step{fmt.Sprintf("%s, open loop, round %d of %d", l.key, n, b.rounds), b.openFor() + overhead, false, func(ctx context.Context) error {
				return st.open(ctx, l, n)
			}})
		}
	}
	return s, st
}

// begin starts daemons and services.
func (st *steady) begin(modes []mode) *scenario {
	s := &scenario{key: st.key, title: st.title, over: st.over, steps: st.houseSteps(modes)}
	for _, m := range modes {
		l := &steadyLine{mode: m}
		st.lines = append(st.lines, l)
		s.steps = append(s.steps, step{"start " + m.key, overhead, false, func(ctx context.Context) error { return st.start(ctx, l) }})
	}
	return s
}

// houseSteps start the daemons that some modes need, if no other scenario has.
func (b *bench) houseSteps(modes []mode) []step {
	var out []step
	for _, remembers := range []bool{true, false} {
		if !slices.ContainsFunc(modes, func(m mode) bool { return m.memory == remembers }) {
			continue
		}
		out = append(out, step{"start a daemon", perSession*time.Duration(b.households(remembers)) + time.Second, true, func(ctx context.Context) error {
			_, err := b.house(ctx, remembers)
			return err
		}})
	}
	return out
}

func (st *steady) closedLoops(n, of int) []step {
	var out []step
	for _, l := range st.lines {
		out = append(out, step{fmt.Sprintf("%s, closed loop, round %d of %d", l.key, n, of), st.window + overhead, false, func(ctx context.Context) error {
			return st.closed(ctx, l, n)
		}})
	}
	return out
}

// openFor is how long an open loop is watched: the hundredth-slowest call takes more of them to be known.
func (b *bench) openFor() time.Duration { return 2 * b.window }

func (b *bench) checkFor() time.Duration { return b.window / 8 }

func (st *steady) start(ctx context.Context, l *steadyLine) (err error) {
	if l.house, err = st.bench.house(ctx, l.memory); err != nil {
		return err
	}
	if l.handles, err = l.house.take(st.tokens); err != nil {
		return err
	}
	l.service, err = st.bench.start(ctx, part.Service, st.config(l.mode, l.house, st.audiences...))
	return err
}

func (st *steady) check(ctx context.Context) error {
	return st.call(ctx, part.Checks, st.place.Server, part.ChecksTask{Stretch: st.checkFor(), Rounds: st.rounds, Tokens: st.counts.verdicts}, &st.checks)
}

// task is a call of a line's service with tokens that are good for a while yet. Service and daemon are watched.
func (st *steady) task(ctx context.Context, l *steadyLine) (part.LoadTask, error) {
	if l.service == nil {
		return part.LoadTask{}, errNotStarted
	}
	tokens, err := st.present(ctx, l.mode, l.house, audience, l.handles)
	if err != nil {
		return part.LoadTask{}, err
	}
	l.token = len(tokens[0])
	job := visit(tokens)
	job.Address, job.Connections, job.Window = l.service.address, st.connections, st.window
	warm := job
	warm.Once, warm.Window = true, time.Minute // each once
	return part.LoadTask{
		Warm: &warm, Jobs: []load.Job{job}, Servers: []int{l.service.child.PID(), l.house.daemon.child.PID()},
		Pages: []string{l.service.url(service.CountersPath)},
	}, nil
}

func (st *steady) closed(ctx context.Context, l *steadyLine, n int) error {
	t, err := st.task(ctx, l)
	if err != nil {
		return err
	}
	o, err := st.generate(ctx, t)
	if err != nil {
		return err
	}
	w := o.Windows[0]
	if err := st.right(l.key, w); err != nil {
		return err
	}
	counted, err := counters(o)
	if err != nil {
		return err
	}
	h, err := decode(w.Latency)
	if err != nil {
		return err
	}
	l.full50, l.full99 = append(l.full50, quantile(h, 50)), append(l.full99, quantile(h, 99))
	calls := float64(w.Right)
	l.rate = append(l.rate, calls/w.Wall.Seconds())
	l.asked = append(l.asked, float64(counted.Asked)/calls)
	l.bytes, l.calls = append(l.bytes, counted), append(l.calls, calls)
	if len(o.Servers) == 2 {
		l.cpuService, l.cpuDaemon = append(l.cpuService, micro(o.Servers[0].CPU)/calls), append(l.cpuDaemon, micro(o.Servers[1].CPU)/calls)
		if busy := (o.Servers[0].CPU + o.Servers[1].CPU).Seconds() / o.Wall.Seconds(); st.place.Pinned && st.connections >= enough && busy < 0.85 {
			if o.Load.Seconds()/o.Wall.Seconds() > 0.95 {
				st.notes.add("%s, closed loop: %s", l.key, generatorBound)
			} else {
				st.notes.add("%s, closed loop: the servers' processor was not always busy; calls/s could be more", l.key)
			}
		}
	}
	st.keep(st.key, l.key+" closed", n, w.Latency)
	return nil
}

// right complains of answers that were not.
func (b *bench) right(what string, w part.Window) error {
	if w.Failed > 0 {
		return fmt.Errorf("%s: %d of %d answers were wrong or missing: %v", what, w.Failed, w.Failed+w.Right, w.Failures)
	}
	if w.Right == 0 {
		return fmt.Errorf("%s: no answer", what)
	}
	return nil
}

// keep keeps what figures were made of.
func (b *bench) keep(section, line string, round int, latency string) {
	b.report.Histograms = append(b.report.Histograms, report.Histogram{Section: section, Line: line, Round: round, Unit: "ns", Encoded: latency})
}

// counters are those of the first page, from before to after.
func counters(o part.Outcome) (service.Counters, error) {
	var before, after service.Counters
	if len(o.Before) == 0 || len(o.After) == 0 {
		return after, errors.New("the service did not say what it has counted")
	}
	err := errors.Join(json.Unmarshal([]byte(o.Before[0]), &before), json.Unmarshal([]byte(o.After[0]), &after))
	return after.Since(before), err
}

// sustained is a rate that all lines keep up with.
func (st *steady) sustained() float64 {
	if st.rate > 0 {
		return st.rate
	}
	if st.bench.calm > 0 {
		return st.bench.calm
	}
	slowest := 0.0
	for _, l := range st.lines {
		if len(l.rate) > 0 && (slowest == 0 || l.rate[0] < slowest) {
			slowest = l.rate[0]
		}
	}
	st.bench.calm = slowest / 3
	if round := float64(int(st.bench.calm/50)) * 50; round > 0 {
		st.bench.calm = round
	}
	return st.bench.calm
}

func (st *steady) open(ctx context.Context, l *steadyLine, n int) error {
	t, err := st.task(ctx, l)
	if err != nil {
		return err
	}
	rate := st.sustained()
	if rate <= 0 {
		return errors.New("no rate is known that all modes keep up with")
	}
	j := &t.Jobs[0]
	j.Rate, j.Seed, j.Window, j.Connections = rate, st.seed+uint64(n), st.openFor(), max(st.connections, manyCallers)
	o, err := st.generate(ctx, t)
	if err != nil {
		return err
	}
	w := o.Windows[0]
	if err := st.right(l.key, w); err != nil {
		return err
	}
	h, err := decode(w.Latency)
	if err != nil {
		return err
	}
	for _, q := range []struct {
		into *[]float64
		at   float64
	}{{&l.p50, 50}, {&l.p90, 90}, {&l.p99, 99}, {&l.p999, 99.9}, {&l.most, 100}} {
		*q.into = append(*q.into, quantile(h, q.at))
	}
	for _, why := range bottleneck(o) {
		st.notes.add("%s, open loop: %s", l.key, why)
	}
	st.keep(st.key, l.key+" open", n, w.Latency)
	return nil
}

func (st *steady) over() {
	for _, l := range st.lines {
		if l.service != nil {
			_ = l.service.child.Stop()
		}
	}
}

// hs256 are tokens of an ordinary payload.
func hs256(key []byte, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = floor.SignHS256(key, fmt.Sprintf(`{"iss":"https://issuer.example","sub":"user-%07d","aud":"orders","exp":4102444800,"iat":1800000000,`+
			`"jti":"%022d","client_id":"web","scope":"orders:read","sid":"%022d"}`, i, i, i))
	}
	return out
}
