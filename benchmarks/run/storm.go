package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/report"
	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/internal/config"
)

// storm has many log out at the same time, and looks at what that does to those who do not.
type storm struct {
	*bench
	store         config.DSN
	suffix, title string // of keys and titles
	house         *house
	lines         []*stormLine
	notes         notes
}

type stormLine struct {
	mode
	service    *server
	handles    []string
	calm       latencies // without logouts
	wild       latencies // with them
	logouts    []float64 // a second
	logout     latencies // themselves
	cpuLogouts []float64 // of the daemon and service, more than when calm, for each logout
}

// latencies are by round.
type latencies struct{ p50, p99, most []float64 }

func (l *latencies) add(w part.Window) error {
	h, err := decode(w.Latency)
	if err != nil {
		return err
	}
	l.p50, l.p99, l.most = append(l.p50, quantile(h, 50)), append(l.p99, quantile(h, 99)), append(l.most, quantile(h, 100))
	return nil
}

// stormRate is low enough to leave most of the processor to the logouts.
const stormRate = 500.

// storm on the i-th store: it is what a store's writing does to reading.
func (b *bench) storm(i int) *scenario {
	st := &storm{bench: b, store: b.stores[i], suffix: b.suffix(i), title: b.onStore(i)}
	s := &scenario{key: stormKey, title: "storm of logouts" + st.title, finish: st.finish, over: st.over}
	for _, m := range b.modes {
		if m.key == string(guard.IntrospectCached) || m.key == string(guard.JWTLease) {
			st.lines = append(st.lines, &stormLine{mode: m})
		}
	}
	if len(st.lines) == 0 {
		return nil
	}
	n := len(st.lines) * b.rounds * st.logoutsPerRound()
	s.steps = []step{{"start", perSession*time.Duration(n) + time.Second, true, func(ctx context.Context) error { return st.begin(ctx, n) }}}
	for n := 1; n <= b.rounds; n++ {
		for _, l := range st.lines {
			s.steps = append(s.steps, step{fmt.Sprintf("%s, round %d of %d", l.key, n, b.rounds), 2*b.openFor() + 2*overhead, false, func(ctx context.Context) error {
				return st.measure(ctx, l, n)
			}})
		}
	}
	return s
}

// logoutsPerRound are more than can be had.
func (st *storm) logoutsPerRound() int {
	return int(min(maxEnds/float64(st.rounds*2), st.openFor().Seconds()*float64(st.counts.storms)))
}

func (st *storm) begin(ctx context.Context, n int) (err error) {
	st.house = &house{entries: 2*n + 10*st.counts.acquainted}
	if st.house.stock, err = st.fill(ctx, st.store, "storm", n+2*st.counts.acquainted, st.houseAudiences()...); err != nil {
		return err
	}
	if st.house.daemon, err = st.serve(ctx, st.house.stock, st.house.entries); err != nil {
		return err
	}
	for _, l := range st.lines {
		if l.service, err = st.bench.start(ctx, part.Service, st.config(l.mode, st.house, audience)); err != nil {
			return err
		}
		if l.handles, err = st.house.take(st.counts.acquainted); err != nil {
			return err
		}
	}
	return nil
}

func (st *storm) over() {
	for _, l := range st.lines {
		if l.service != nil {
			_ = l.service.child.Stop()
		}
	}
	if st.house != nil && st.house.daemon != nil {
		_ = st.house.daemon.child.Stop()
	}
}

func (st *storm) measure(ctx context.Context, l *stormLine, n int) error {
	if l.service == nil {
		return errNotStarted
	}
	tokens, err := st.present(ctx, l.mode, st.house, audience, l.handles)
	if err != nil {
		return err
	}
	calls := visit(tokens)
	calls.Address, calls.Connections, calls.Window = l.service.address, manyCallers, st.openFor()
	calls.Rate, calls.Seed = stormRate, st.seed+uint64(n)
	warm := calls
	warm.Rate, warm.Once, warm.Connections = 0, true, st.connections
	watched := []int{l.service.child.PID(), st.house.daemon.child.PID()}
	calm, err := st.generate(ctx, part.LoadTask{Warm: &warm, Jobs: []load.Job{calls}, Servers: watched})
	if err != nil {
		return err
	}
	ending, err := st.house.take(st.logoutsPerRound())
	if err != nil {
		return err
	}
	out := load.Job{
		Address: st.house.daemon.address, Connections: manyCallers, Window: st.openFor(), Items: ending, Once: true,
		Request: st.house.logout(load.Mark), Expect: load.Expect{Status: 204},
	}
	wild, err := st.generate(ctx, part.LoadTask{Warm: &warm, Jobs: []load.Job{calls, out}, Servers: watched})
	if err != nil {
		return err
	}
	return st.note(l, n, calm, wild)
}

func (st *storm) note(l *stormLine, n int, calm, wild part.Outcome) error {
	for _, w := range []part.Window{calm.Windows[0], wild.Windows[0], wild.Windows[1]} {
		if err := st.right(l.key, w); err != nil {
			return err
		}
	}
	ended := wild.Windows[1]
	l.logouts = append(l.logouts, float64(ended.Right)/ended.Wall.Seconds())
	if len(calm.Servers) == 2 && len(wild.Servers) == 2 {
		// What the calls cost by the second is taken from what all cost together.
		calls := (calm.Servers[0].CPU + calm.Servers[1].CPU).Seconds() / calm.Wall.Seconds() * wild.Wall.Seconds()
		more := (wild.Servers[0].CPU + wild.Servers[1].CPU).Seconds() - calls
		l.cpuLogouts = append(l.cpuLogouts, max(0, more)*1e6/float64(ended.Right))
	}
	st.keep(stormKey+st.suffix, l.key+" calm", n, calm.Windows[0].Latency)
	st.keep(stormKey+st.suffix, l.key+" storm", n, wild.Windows[0].Latency)
	st.keep(stormKey+st.suffix, l.key+" logouts", n, ended.Latency)
	for _, why := range bottleneck(part.Outcome{Load: wild.Load, Wall: wild.Wall, Windows: wild.Windows[:1]}) {
		st.notes.add("%s, storm: %s", l.key, why)
	}
	return errors.Join(l.calm.add(calm.Windows[0]), l.wild.add(wild.Windows[0]), l.logout.add(ended))
}

func (st *storm) finish() {
	t := report.Table{Key: "modes", Title: "Latency of those who stay", Columns: []report.Column{
		{Key: "calm50", Title: "calm p50", Unit: "us", Better: -1},
		{Key: "storm50", Title: "storm p50", Unit: "us", Better: -1},
		{Key: "calm99", Title: "calm p99", Unit: "us", Better: -1},
		{Key: "storm99", Title: "storm p99", Unit: "us", Better: -1},
		{Key: "calmmax", Title: "calm, slowest", Unit: "us", Better: -1},
		{Key: "stormmax", Title: "storm, slowest", Unit: "us", Better: -1},
		{Key: "logouts", Title: "logouts", Unit: "1/s", Better: 1},
		{Key: "logout50", Title: "a logout p50", Unit: "us", Better: -1},
		{Key: "logout99", Title: "a logout p99", Unit: "us", Better: -1},
		{Key: "cpu", Title: "CPU of a logout", Unit: "us", Better: -1},
	}}
	c := report.Chart{Key: "p99", Title: "p99 of those who stay", Kind: report.Bars, Y: report.Axis{Title: "p99", Unit: "us"}}
	kinds := []report.Series{{Key: "calm", Title: "nobody logs out"}, {Key: "storm", Title: fmt.Sprintf("%d log out at a time", manyCallers)}}
	for _, l := range st.lines {
		t.Lines = append(t.Lines, report.Line{Key: l.key, Title: l.key, Cells: []report.Cell{
			cell(l.calm.p50), cell(l.wild.p50), cell(l.calm.p99), cell(l.wild.p99), cell(l.calm.most), cell(l.wild.most),
			cell(l.logouts), cell(l.logout.p50), cell(l.logout.p99), cell(l.cpuLogouts),
		}})
		kinds[0].Points = append(kinds[0].Points, bar(l.key, l.calm.p99)...)
		kinds[1].Points = append(kinds[1].Points, bar(l.key, l.wild.p99)...)
	}
	c.Series = kinds
	st.report.Sections = append(st.report.Sections, report.Section{
		Key: stormKey + st.suffix, Title: "A storm of logouts" + st.title,
		Shows: fmt.Sprintf("%.0f calls a second to a service by users who stay, first alone, then while %d callers log users out as fast as they are answered, each logout durable and settled before it returns",
			stormRate, manyCallers),
		ShowsNot: "the same with a processor for the service and one for the daemon; here they share one, and it is busy",
		Notes:    st.notes, Tables: []report.Table{t}, Charts: []report.Chart{c},
	})
}
