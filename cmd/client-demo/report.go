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
	mode     mode
	rows     []row
	perCall  float64       // questions to the daemon for each call to a service
	logout   time.Duration // from the request to its answer
	accepted int           // calls begun after the logout had returned that were accepted all the same
	open     time.Duration // from its return to the beginning of the last of them
}

type row struct {
	service       string
	before, after said
}

// judge splits each service's calls at the logout. Calls in flight while it ran belong to neither side: either answer is right for them.
func judge(m mode, services []*service, l *load, asked, returned time.Time) outcome {
	out := outcome{mode: m, logout: returned.Sub(asked)}
	for _, s := range services {
		calls := l.calls[s.name]
		r := row{
			service: s.name,
			before:  sum(calls, func(c call) bool { return c.begun.Add(c.took).Before(asked) }),
			after:   sum(calls, func(c call) bool { return c.begun.After(returned) }),
		}
		out.accepted += r.after.accepted
		if r.after.accepted > 0 {
			out.open = max(out.open, r.after.last.Sub(returned))
		}
		out.rows = append(out.rows, r)
	}
	return out
}

// convincing reports whether the run showed anything: calls on both sides of the logout, all of those before it accepted, and refusals in
// the end.
func (o outcome) convincing() error {
	for _, r := range o.rows {
		switch {
		case r.before.calls == 0 || r.after.calls == 0:
			return fmt.Errorf("%s, %s: %d calls before the logout and %d after it; both are needed", o.mode.name, r.service, r.before.calls, r.after.calls)
		case r.before.accepted != r.before.calls:
			return fmt.Errorf("%s, %s: %d of %d calls before the logout were refused", o.mode.name, r.service, r.before.calls-r.before.accepted, r.before.calls)
		case r.after.accepted == r.after.calls:
			return fmt.Errorf("%s, %s: none of %d calls after the logout was refused", o.mode.name, r.service, r.after.calls)
		}
	}
	return nil
}

func printTable(w io.Writer, outcomes []outcome) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "MODE\tSERVICE\tCALLS BEFORE\tSAID\tP50\tP99\tQUESTIONS/CALL\tCALLS AFTER\tSAID\tACCEPTED\tOPEN FOR")
	for _, o := range outcomes {
		for _, r := range o.rows {
			fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\t%.2f\t%d\t%s\t%d\t%s\n", o.mode.name, r.service,
				r.before.calls, r.before.words(), short(r.before.p50), short(r.before.p99), o.perCall,
				r.after.calls, r.after.words(), r.after.accepted, short(o.open))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, o := range outcomes {
		fmt.Fprintf(w, "%s: the logout took %s; calls begun after it returned and accepted: %d", o.mode.name, short(o.logout), o.accepted)
		if o.mode.open > 0 {
			fmt.Fprintf(w, ", the last %s after it (in this mode it can be up to %s)", short(o.open), o.mode.open)
		}
		fmt.Fprintln(w)
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
