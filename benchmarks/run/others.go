package run

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// others are the peers: the same question, put to another server beside ours.
type others struct {
	*bench
	lines []*otherLine
	notes notes
}

type otherLine struct {
	key, title string
	job        load.Job
	pid        int // 0: unknown
	callers    int
	rate       []float64
	cpu        []float64
	p50, p99   []float64 // open loop
}

const (
	// otherRate is calls a second of the open loop, that slow servers manage too.
	otherRate = 200.
	// waits is for how long a question may wait behind those of the other callers.
	waits = time.Second
)

func (b *bench) others() *scenario {
	if len(b.peers) == 0 {
		return nil
	}
	o := &others{bench: b}
	s := &scenario{key: peersKey, title: "peers", finish: o.finish, steps: b.houseSteps(allModes)}
	ours := []*otherLine{{key: "introspect-cached", title: "introspectd, remembering"}, {key: "introspect", title: "introspectd, reading its database"}}
	for i, l := range ours {
		o.lines = append(o.lines, l)
		s.steps = append(s.steps, step{l.title, 0, true, func(ctx context.Context) error { return o.own(ctx, l, i == 0) }})
	}
	for _, p := range b.peers {
		l := &otherLine{key: "peer-" + p.name, title: p.name}
		o.lines = append(o.lines, l)
		s.steps = append(s.steps, step{"ask " + p.name, overhead, false, func(ctx context.Context) error { return o.meet(ctx, l, p) }})
	}
	for n := 1; n <= b.rounds; n++ {
		for _, l := range o.lines {
			s.steps = append(s.steps, step{fmt.Sprintf("%s, round %d of %d", l.title, n, b.rounds), b.window + b.openFor() + 2*overhead, false, func(ctx context.Context) error {
				return o.measure(ctx, l, n)
			}})
		}
	}
	return s
}

func (o *others) own(ctx context.Context, l *otherLine, remembers bool) error {
	h, err := o.house(ctx, remembers)
	if err != nil {
		return err
	}
	l.job, l.pid = introspection(h.authorization(api(audience)), active, h.tokens[:o.counts.acquainted]), h.daemon.child.PID()
	l.job.Address, l.callers = h.daemon.address, o.connections
	return nil
}

// meet sees whether a peer is there, knows us, and knows the tokens.
func (o *others) meet(ctx context.Context, l *otherLine, p peer) error {
	tokens, err := readTokens(p.tokens)
	if err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	tokens = tokens[:min(len(tokens), o.counts.acquainted)]
	shuffle(o.seed, tokens)
	req, err := http.NewRequest(http.MethodPost, "http://"+p.address+p.path, strings.NewReader("token="+tokens[0]))
	if err != nil {
		return err
	}
	name, value, _ := strings.Cut(p.authorization, ": ")
	req.Header.Set(name, value)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	begun := time.Now()
	body, err := fetch(ctx, req, http.StatusOK)
	took := time.Since(begun)
	switch {
	case err != nil && (strings.Contains(err.Error(), "status 401") || strings.Contains(err.Error(), "status 403")):
		return fmt.Errorf("it does not take the credentials of %q: %w", p.id, err)
	case err != nil:
		return fmt.Errorf("it cannot be reached: %w", err)
	case !strings.Contains(strings.ReplaceAll(body, " ", ""), active):
		return errors.New("it says that the first of the tokens is not active")
	}
	l.job = introspection(p.authorization, strings.TrimSuffix(active, "true"), tokens)
	l.job.Request.Path, l.job.Address = p.path, p.address
	if l.callers = int(max(1, min(time.Duration(o.connections), waits/took))); l.callers < o.connections {
		o.notes.add("%s: one question takes %s, so %d ask at the same time", p.name, took.Round(time.Millisecond), l.callers)
	}
	if l.pid, err = process.Listening(p.address); err != nil {
		o.notes.add("%s: its processor time is unknown: %v", p.name, err)
	}
	return nil
}

func (o *others) measure(ctx context.Context, l *otherLine, n int) error {
	if l.job.Address == "" {
		return nil // it was said why
	}
	warm, job := o.windows(l.job, l.callers)
	var watched []int
	if l.pid != 0 {
		watched = []int{l.pid}
	}
	full, err := o.generate(ctx, part.LoadTask{Warm: warm, Jobs: []load.Job{job}, Servers: watched})
	if err != nil {
		return err
	}
	w := full.Windows[0]
	if err := o.right(l.title, w); err != nil {
		return err
	}
	l.rate = append(l.rate, float64(w.Right)/w.Wall.Seconds())
	if len(full.Servers) == 1 {
		l.cpu = append(l.cpu, micro(full.Servers[0].CPU)/float64(w.Right))
	}
	o.keep(peersKey, l.title+" closed", n, w.Latency)
	if l.rate[len(l.rate)-1] < 1.5*otherRate {
		o.notes.add("%s does not keep up with %.0f a second; its latency at that rate would be that of a queue", l.title, otherRate)
		return nil
	}
	job.Rate, job.Seed, job.Window, job.Connections = otherRate, o.seed+uint64(n), o.openFor(), manyCallers
	open, err := o.generate(ctx, part.LoadTask{Jobs: []load.Job{job}})
	if err != nil {
		return err
	}
	if err := o.right(l.title, open.Windows[0]); err != nil {
		return err
	}
	for _, why := range bottleneck(open) {
		o.notes.add("%s, open loop: %s", l.title, why)
	}
	o.keep(peersKey, l.title+" open", n, open.Windows[0].Latency)
	h, err := decode(open.Windows[0].Latency)
	if err != nil {
		return err
	}
	l.p50, l.p99 = append(l.p50, quantile(h, 50)), append(l.p99, quantile(h, 99))
	return nil
}

func (o *others) finish() {
	t := report.Table{Key: "peers", Title: "The same question", Columns: []report.Column{
		{Key: "cpu", Title: "CPU of a question", Unit: "us", Better: -1},
		{Key: "rate", Title: "questions", Unit: "1/s", Better: 1},
		{Key: "p50", Title: "p50", Unit: "us", Better: -1},
		{Key: "p99", Title: "p99", Unit: "us", Better: -1},
	}}
	c := report.Chart{Key: "rate", Title: "Questions a second", Kind: report.Bars, Y: report.Axis{Title: "questions", Unit: "1/s"}}
	series := report.Series{Key: "rate", Title: "questions a second"}
	for _, l := range o.lines {
		t.Lines = append(t.Lines, report.Line{Key: l.key, Title: l.title, Cells: []report.Cell{cell(l.cpu), cell(l.rate), cell(l.p50), cell(l.p99)}})
		series.Points = append(series.Points, bar(l.title, l.rate)...)
	}
	c.Series = []report.Series{series}
	if o.place.Pinned {
		o.notes.add("introspectd is kept on processor %d; peers run where they were started, so start them with taskset -c %d for a fair picture", o.place.Server, o.place.Server)
	}
	o.report.Sections = append(o.report.Sections, report.Section{
		Key: peersKey, Title: "Beside other servers",
		Shows: fmt.Sprintf("the same question, %d tokens again and again, put to servers on this machine: most questions a second with %d callers, and latency at %.0f a second",
			o.counts.acquainted, o.connections, otherRate),
		ShowsNot: "what these servers do besides, or how well they were set up; their answers differ in length",
		Notes:    o.notes, Tables: []report.Table{t}, Charts: []report.Chart{c},
	})
}
