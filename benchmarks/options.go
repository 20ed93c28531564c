package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options is what the command line asked for.
type options struct {
	full        bool
	rounds      int
	window      time.Duration
	connections int
	sessions    []int // sizes of the databases for cold questions, ascending
	out         string
	dir         string // for the databases; "": the system's temporary folder
}

var errUsage = errors.New("usage")

// Bounds: beyond them a run is a mistake in typing, or takes days.
const (
	maxRounds      = 100
	maxWindow      = time.Minute
	maxConnections = 512
	minSessions    = 5000 // fewer are asked about faster than processor time is counted
	maxSessions    = 20_000_000
	manyCallers    = 64 // of durable writes
)

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	var sizes string
	f := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.BoolVar(&o.full, "full", false, "longer windows, more rounds, 1000000 sessions, latency with one caller (about ten minutes)")
	f.IntVar(&o.rounds, "rounds", 0, "how often each row is measured (default 3, with -full 5)")
	f.DurationVar(&o.window, "window", 0, "length of one measurement (default 1.2s, with -full 4s)")
	f.IntVar(&o.connections, "connections", 32, "callers that ask at the same time")
	f.StringVar(&sizes, "sessions", "", "sizes of the databases for cold questions (default 10000,100000, with -full 10000,1000000)")
	f.StringVar(&o.out, "out", "", "folder for the report (default benchmarks/results/DATE)")
	f.StringVar(&o.dir, "dir", "", "where to make the folder for the databases; the disk under it is what durable writes are measured on")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage
	}
	o.defaults()
	err := o.parseSizes(sizes)
	if err == nil {
		err = o.check(f.Args())
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "benchmarks:", err)
		return o, errUsage
	}
	return o, nil
}

func (o *options) defaults() {
	rounds, window := 3, 1200*time.Millisecond
	if o.full {
		rounds, window = 5, 4*time.Second
	}
	if o.rounds == 0 {
		o.rounds = rounds
	}
	if o.window == 0 {
		o.window = window
	}
	if o.out == "" {
		o.out = filepath.Join("benchmarks", "results", time.Now().UTC().Format("2006-01-02T150405Z"))
	}
}

func (o *options) parseSizes(sizes string) error {
	if sizes == "" {
		sizes = "10000,100000"
		if o.full {
			sizes = "10000,1000000"
		}
	}
	for text := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < minSessions || n > maxSessions {
			return fmt.Errorf("-sessions %q: %q is not a number between %d and %d", sizes, text, minSessions, maxSessions)
		}
		o.sessions = append(o.sessions, n)
	}
	slices.Sort(o.sessions)
	o.sessions = slices.Compact(o.sessions)
	return nil
}

func (o *options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("%q is not understood; there are only flags", rest[0])
	case o.rounds < 1 || o.rounds > maxRounds:
		return fmt.Errorf("-rounds %d is not between 1 and %d", o.rounds, maxRounds)
	case o.window < 100*time.Millisecond || o.window > maxWindow:
		return fmt.Errorf("-window %s is not between 100ms and %s", o.window, maxWindow)
	case o.connections < 1 || o.connections > maxConnections:
		return fmt.Errorf("-connections %d is not between 1 and %d", o.connections, maxConnections)
	}
	return nil
}
