package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// outcome is what a mode's run showed.
type outcome struct {
	mode     string
	rows     []row
	logout   time.Duration // from the request to its answer
	accepted int           // calls begun after the logout had returned that were accepted all the same
}

type row struct {
	service       string
	before, after said
}

// judge splits each service's calls at the logout. Calls in flight while it ran belong to neither side: either answer is right for them.
func judge(mode string, services []*service, l *load, asked, returned time.Time) outcome {
	out := outcome{mode: mode, logout: returned.Sub(asked)}
	for _, s := range services {
		calls := l.calls[s.name]
		r := row{
			service: s.name,
			before:  sum(calls, func(c call) bool { return c.begun.Add(c.took).Before(asked) }),
			after:   sum(calls, func(c call) bool { return c.begun.After(returned) }),
		}
		out.accepted += r.after.accepted
		out.rows = append(out.rows, r)
	}
	return out
}

// convincing reports whether the run showed anything: calls on both sides of the logout, and all of those before it accepted.
func (o outcome) convincing() error {
	for _, r := range o.rows {
		switch {
		case r.before.calls == 0 || r.after.calls == 0:
			return fmt.Errorf("%s, %s: %d calls before the logout and %d after it; both are needed", o.mode, r.service, r.before.calls, r.after.calls)
		case r.before.accepted != r.before.calls:
			return fmt.Errorf("%s, %s: %d of %d calls before the logout were refused", o.mode, r.service, r.before.calls-r.before.accepted, r.before.calls)
		}
	}
	return nil
}

func printTable(w io.Writer, outcomes []outcome) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "MODE\tSERVICE\tCALLS BEFORE\tSAID\tP50\tP99\tCALLS AFTER\tSAID\tACCEPTED")
	for _, o := range outcomes {
		for _, r := range o.rows {
			fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\t%d\t%s\t%d\n", o.mode, r.service,
				r.before.calls, r.before.words(), short(r.before.p50), short(r.before.p99), r.after.calls, r.after.words(), r.after.accepted)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, o := range outcomes {
		fmt.Fprintf(w, "%s: the logout took %s; calls begun after it returned and accepted: %d\n", o.mode, short(o.logout), o.accepted)
	}
	return nil
}

func (s said) words() string {
	var words []string
	for _, status := range s.statuses {
		words = append(words, fmt.Sprint(status))
	}
	return strings.Join(words, ",")
}

func short(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
