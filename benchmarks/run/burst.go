package run

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/report"
	"github.com/introspectd/introspectd/benchmarks/service"
)

// burst brings tokens that nobody has seen before, all at once, and then what is no token at all.
type burst struct {
	*bench
	lines []*burstLine
	notes notes
}

type burstLine struct {
	mode
	first, junk burstFigures
	heap        float64 // bytes that the service remembers of each token
	weighed     bool
}

// burstFigures are by round.
type burstFigures struct{ cpuService, cpuDaemon, rate, p50, p99, asked []float64 }

func (b *bench) burst() (*scenario, *burst) {
	bu := &burst{bench: b}
	s := &scenario{key: burstKey, title: "burst of new tokens", finish: bu.finish, steps: b.houseSteps(b.modes)}
	for _, m := range b.modes {
		bu.lines = append(bu.lines, &burstLine{mode: m})
	}
	for n := 1; n <= b.rounds; n++ {
		for _, l := range bu.lines {
			s.steps = append(s.steps, step{fmt.Sprintf("%s, round %d of %d", l.key, n, b.rounds), time.Second + overhead, false, func(ctx context.Context) error {
				return bu.measure(ctx, l, n)
			}})
		}
	}
	return s, bu
}

// forerun brings tokens before the others: they have code and connections ready, which would else be taken for memory of tokens.
func (bu *burst) forerun(ctx context.Context, s *server, tokens []string) error {
	job := visit(tokens)
	job.Once, job.Window, job.Connections = true, time.Minute, bu.connections
	o, err := bu.ask(ctx, s, nil, job)
	if err != nil {
		return err
	}
	return bu.right("first calls", o.Windows[0])
}

func (bu *burst) measure(ctx context.Context, l *burstLine, n int) error {
	h, err := bu.house(ctx, l.memory)
	if err != nil {
		return err
	}
	handles, err := h.take(bu.counts.strangers + bu.counts.forerunners)
	if err != nil {
		return err
	}
	tokens, err := bu.present(ctx, l.mode, h, audience, handles)
	if err != nil {
		return err
	}
	s, err := bu.bench.start(ctx, part.Service, bu.config(l.mode, h, audience))
	if err != nil {
		return err
	}
	defer func() { _ = s.child.Stop() }()
	if err := bu.forerun(ctx, s, tokens[:bu.counts.forerunners]); err != nil {
		return err
	}
	tokens = tokens[bu.counts.forerunners:]
	empty, err := weightOfService(ctx, s)
	if err != nil {
		return err
	}
	job := visit(tokens)
	job.Once, job.Window = true, time.Minute
	if err := bu.once(ctx, l, &l.first, h, s, job, n); err != nil {
		return err
	}
	full, err := weightOfService(ctx, s)
	if err != nil {
		return err
	}
	l.heap, l.weighed = float64(full-empty)/float64(bu.counts.strangers), true
	job = visit(spoilt(l.mode, tokens))
	job.Once, job.Window, job.Expect = true, time.Minute, load.Expect{Status: 401}
	return bu.once(ctx, l, &l.junk, h, s, job, n)
}

// spoilt are tokens with the last but one character changed: a checksum that is wrong, or a signature.
func spoilt(m mode, tokens []string) []string {
	out := make([]string, len(tokens))
	for i, t := range tokens {
		at, with := len(t)-2, "A"
		if t[at:at+1] == with {
			with = "B"
		}
		out[i] = t[:at] + with + t[at+1:]
	}
	return out
}

func (bu *burst) once(ctx context.Context, l *burstLine, f *burstFigures, h *house, s *server, job load.Job, n int) error {
	job.Address, job.Connections = s.address, bu.connections
	o, err := bu.generate(ctx, part.LoadTask{
		Jobs: []load.Job{job}, Servers: []int{s.child.PID(), h.daemon.child.PID()}, Pages: []string{s.url(service.CountersPath)},
	})
	if err != nil {
		return err
	}
	w := o.Windows[0]
	if err := bu.right(l.key, w); err != nil {
		return err
	}
	counted, err := counters(o)
	if err != nil {
		return err
	}
	latency, err := decode(w.Latency)
	if err != nil {
		return err
	}
	calls := float64(w.Right)
	f.rate, f.asked = append(f.rate, calls/w.Wall.Seconds()), append(f.asked, float64(counted.Asked)/calls)
	f.p50, f.p99 = append(f.p50, quantile(latency, 50)), append(f.p99, quantile(latency, 99))
	if len(o.Servers) == 2 {
		f.cpuService, f.cpuDaemon = append(f.cpuService, micro(o.Servers[0].CPU)/calls), append(f.cpuDaemon, micro(o.Servers[1].CPU)/calls)
	}
	what := " first"
	if job.Expect.Status != 200 {
		what = " junk"
	}
	bu.keep(burstKey, l.key+what, n, w.Latency)
	return nil
}

// weightOfService is the heap of a service that lives.
func weightOfService(ctx context.Context, s *server) (int64, error) {
	page, err := s.get(ctx, service.CountersPath+"?heap")
	if err != nil {
		return 0, err
	}
	var c service.Counters
	err = json.NewDecoder(strings.NewReader(page)).Decode(&c)
	return c.Heap, err
}

func (bu *burst) finish() {
	columns := []report.Column{
		{Key: "cpu", Title: "CPU of a call, all", Unit: "us", Better: -1},
		{Key: "cpu-service", Title: "of it the service", Unit: "us", Better: -1},
		{Key: "cpu-daemon", Title: "of it the daemon", Unit: "us", Better: -1},
		{Key: "rate", Title: "calls", Unit: "1/s", Better: 1},
		{Key: "p50", Title: "p50, busy", Unit: "us", Better: -1},
		{Key: "p99", Title: "p99, busy", Unit: "us", Better: -1},
		{Key: "asked", Title: "questions for a call", Better: -1},
	}
	first := report.Table{Key: "first", Title: "Tokens that were never seen before", Columns: columns}
	junk := report.Table{Key: "junk", Title: "What is no good: a character of each token was changed", Columns: columns}
	c := report.Chart{Key: "cpu", Title: "Processor time of a call", Kind: report.Bars, Y: report.Axis{Title: "processor time, all", Unit: "us"}}
	kinds := []report.Series{{Key: "first", Title: "seen for the first time"}, {Key: "junk", Title: "junk"}}
	for _, l := range bu.lines {
		for i, part := range []struct {
			t *report.Table
			f burstFigures
		}{{&first, l.first}, {&junk, l.junk}} {
			f := part.f
			part.t.Lines = append(part.t.Lines, report.Line{Key: l.key, Title: l.key, Cells: []report.Cell{
				cell(sum(f.cpuService, f.cpuDaemon)), cell(f.cpuService), cell(f.cpuDaemon), cell(f.rate), cell(f.p50), cell(f.p99), cell(f.asked),
			}})
			kinds[i].Points = append(kinds[i].Points, bar(l.key, sum(f.cpuService, f.cpuDaemon))...)
		}
	}
	c.Series = kinds
	bu.report.Sections = append(bu.report.Sections, report.Section{
		Key: burstKey, Title: "A burst of new tokens, and of junk",
		Shows:    fmt.Sprintf("what the first call with a token costs: %d tokens that neither service nor daemon have seen, each once, from %d callers at once at a service that has but just started; and the same with a character of each changed", bu.counts.strangers, bu.connections),
		ShowsNot: "getting tokens: internal ones were exchanged before, which cost the daemon a signature each",
		Notes:    bu.notes, Tables: []report.Table{first, junk}, Charts: []report.Chart{c},
	})
}
