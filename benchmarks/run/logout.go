package run

import (
	"context"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/report"
	"github.com/introspectd/introspectd/hybrid/guard"
)

// logout has users log out in the midst of calls, and looks at every call that begins afterwards.
type logout struct {
	*bench
	lines []*logoutLine
	notes notes
}

type logoutLine struct {
	mode
	took     []float64 // ms: a logout, from its call to its return
	accepted []float64 // calls that began after a logout had returned, and were accepted, by logout
	last     []float64 // ms: from a logout's return to the last of them
	after    int       // calls that began after a logout had returned
	shares   []share
}

const (
	logoutBefore = 400 * time.Millisecond // calls before the first logout
	logoutApart  = 50 * time.Millisecond
	logoutAfter  = 600 * time.Millisecond // calls after what stays open is closed
	bystanders   = 12                     // tokens that stay
	callsPerUser = 100.                   // a second
)

// victims are the tokens that are logged out.
func (b *bench) victims() int {
	if b.full {
		return 40
	}
	return 8
}

func (b *bench) logout() *scenario {
	l := &logout{bench: b}
	s := &scenario{key: logoutKey, title: "logout under load", finish: l.finish, steps: b.houseSteps(b.modes)}
	for _, m := range b.modes {
		line := &logoutLine{mode: m}
		l.lines = append(l.lines, line)
		s.steps = append(s.steps, step{m.key, l.windowOf(m) + overhead, false, func(ctx context.Context) error { return l.measure(ctx, line) }})
	}
	return s
}

// staysOpen is for how long a mode by its nature goes on accepting.
func (b *bench) staysOpen(m mode) time.Duration {
	switch m.key {
	case string(guard.TTLCache):
		return b.ttl
	case string(guard.JWT):
		return b.jwtTTL
	}
	return 0
}

func (l *logout) windowOf(m mode) time.Duration {
	return logoutBefore + time.Duration(l.victims())*logoutApart + l.staysOpen(m) + logoutAfter
}

func (l *logout) measure(ctx context.Context, line *logoutLine) error {
	h, err := l.house(ctx, line.memory)
	if err != nil {
		return err
	}
	of := audience
	if line.signed() {
		of = shortAudience
	}
	if err := h.quiet(ctx); err != nil {
		return err
	}
	s, err := l.bench.start(ctx, part.Service, l.config(line.mode, h, of))
	if err != nil {
		return err
	}
	defer func() { _ = s.child.Stop() }()
	handles, err := h.take(l.victims() + bystanders)
	if err != nil {
		return err
	}
	if line.signed() {
		// Internal tokens end with a whole second: begun anywhere in one, they would live up to a second longer in one run than in the next.
		time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	}
	tokens, err := l.presentEach(ctx, line.mode, h, of, handles)
	if err != nil {
		return err
	}
	job := visit(tokens)
	job.Address, job.Connections, job.Window = s.address, max(l.connections, enough), l.windowOf(line.mode)
	job.Rate, job.Seed, job.Trace = callsPerUser*float64(len(tokens)), l.seed, true
	for i := range l.victims() {
		job.Acts = append(job.Acts, load.Act{
			At: logoutBefore + time.Duration(i)*logoutApart, Address: h.daemon.address, Request: h.logout(handles[i]), Status: 204,
		})
	}
	o, err := l.generate(ctx, part.LoadTask{Jobs: []load.Job{job}})
	if err != nil {
		return err
	}
	for _, why := range bottleneck(o) {
		l.notes.add("%s: %s", line.key, why)
	}
	l.keep(logoutKey, line.key, 1, o.Windows[0].Latency)
	return line.judge(o.Windows[0])
}

// judge holds the calls of each token against its logout. A call that began before the logout had returned says nothing.
func (line *logoutLine) judge(w part.Window) error {
	line.after = 0
	accepted, last, before := make([]float64, len(w.Acts)), make([]float64, len(w.Acts)), make([]int, len(w.Acts))
	for i, a := range w.Acts {
		if a.Failure != "" {
			return fmt.Errorf("logout %d of %d: %s", i+1, len(w.Acts), a.Failure)
		}
		line.took = append(line.took, milli(a.Returned-a.Begun))
	}
	bins := map[int]*share{}
	for _, c := range w.Trace {
		if c.Item >= len(w.Acts) {
			continue
		}
		since := c.Begun - w.Acts[c.Item].Returned
		tally(bins, grain, since, c.Status == 200)
		switch {
		case since <= 0:
			if c.Status == 200 && c.Begun < w.Acts[c.Item].Begun {
				before[c.Item]++
			}
			continue
		case c.Status == 200:
			accepted[c.Item]++
			last[c.Item] = max(last[c.Item], milli(since))
		}
		line.after++
	}
	for i, n := range before {
		if n == 0 {
			return fmt.Errorf("token %d was never accepted before its logout: nothing is shown", i+1)
		}
	}
	if line.after == 0 {
		return fmt.Errorf("there was no call after a logout: nothing is shown")
	}
	line.accepted, line.last, line.shares = accepted, last, inOrder(bins)
	return nil
}

func (l *logout) finish() {
	t := report.Table{Key: "modes", Title: "By mode", Columns: []report.Column{
		{Key: report.ColumnAccepted, Title: "accepted after a logout", Unit: "calls", Better: -1},
		{Key: report.ColumnLast, Title: "until the last of them", Unit: "ms", Better: -1},
		{Key: "nature", Title: "by its nature up to"},
		{Key: "took", Title: "a logout takes", Unit: "ms", Better: -1},
		{Key: "after", Title: "calls looked at"},
	}}
	c := report.Chart{
		Key: "seconds", Title: "What is accepted around a logout", Kind: report.Steps,
		X: report.Axis{Title: "since the logout had returned", Unit: "s"}, Y: report.Axis{Title: "part of the calls that is accepted"},
		Marks: []report.Mark{{Title: "logout returned"}},
	}
	for _, line := range l.lines {
		cells := []report.Cell{{}, {}, words(l.nature(line.mode)), {}, {}}
		if line.after > 0 {
			cells = []report.Cell{cell(line.accepted), cell(line.last), cells[2], cell(line.took), words(fmt.Sprint(line.after))}
			c.Series = append(c.Series, report.Series{Key: line.key, Title: line.key, Points: changes(line.shares)})
		}
		t.Lines = append(t.Lines, report.Line{Key: line.key, Title: line.key, Cells: cells})
		l.promise(line)
	}
	l.report.Sections = append(l.report.Sections, report.Section{
		Key: report.Logout, Title: "Logout under load",
		Shows: fmt.Sprintf("calls to a service with %d tokens of which %d are logged out, one after the other, each called about %.0f times a second: how many calls that began after a logout had returned were accepted, for each logout",
			l.victims()+bystanders, l.victims(), callsPerUser),
		ShowsNot: fmt.Sprintf("other lifetimes: the TTL is %s here and an internal token lives %s from a moment before the calls began, both far shorter than usual; what stays open grows with them", l.ttl, l.jwtTTL),
		Notes:    l.notes, Tables: []report.Table{t}, Charts: []report.Chart{c},
	})
}

func (b *bench) nature(m mode) string {
	switch m.key {
	case string(guard.TTLCache):
		return "the TTL, " + b.ttl.String()
	case string(guard.JWT):
		return "the token's life, " + b.jwtTTL.String()
	}
	return "0"
}

// promise fails the run when a mode that leaves nothing open did.
func (l *logout) promise(line *logoutLine) {
	if l.staysOpen(line.mode) > 0 {
		return
	}
	n := 0.0
	for _, a := range line.accepted {
		n += a
	}
	if n > 0 {
		l.fail(fmt.Errorf("%s: %.0f calls that began after a logout had returned were accepted, want none", line.key, n))
	}
}
