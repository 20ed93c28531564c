package run

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

	"github.com/introspectd/introspectd/internal/config"
)

// options is what the command line asked for.
type options struct {
	command     string // as it was called, without what has credentials or names a place on this machine
	full        bool
	rounds      int
	window      time.Duration
	connections int
	sessions    []int // sizes of the databases for cold questions, ascending
	rate        float64
	seed        uint64
	modes       []mode
	stores      []config.DSN // sqlite: file-less
	scenarios   []string
	ttl         time.Duration
	jwtTTL      time.Duration
	away        time.Duration
	peers       []peer
	report      string // folder
	dir         string // for the databases; "": the system's temporary folder
	counts      counts
}

// counts are how many tokens there are of each sort.
type counts struct {
	households  int // sessions of a daemon that modes are compared on, at least
	acquainted  int // come again and again
	strangers   int // are seen for the first time
	forerunners int // come before them
	storms      int // sessions that can be logged out in a second, at most
	verdicts    int // internal tokens that a guard has verified; 0: a hundred thousand
}

var errUsage = errors.New("usage")

// Bounds: beyond them a run is a mistake in typing, or takes days.
const (
	maxRounds      = 100
	minWindow      = 100 * time.Millisecond
	maxWindow      = time.Minute
	maxConnections = 512
	minSessions    = 1000
	maxSessions    = 20_000_000
	maxRate        = 1_000_000
	maxAway        = 2 * time.Minute
	manyCallers    = 64 // of durable writes and of storms
)

// texts are flags that have to be taken apart.
type texts struct {
	sessions, modes, stores, scenarios string
	peers                              []string
}

// called is the command line for a report that others read, so without where files are and what may hold credentials.
func called(p Program, f *flag.FlagSet) string {
	line := p.Name
	if line == "benchmarks" {
		line = "go run ./benchmarks"
	}
	f.Visit(func(set *flag.Flag) {
		switch set.Name {
		case "out", "dir":
		case "stores", "peer":
			line += " -" + set.Name + " .."
		case "full", "quick":
			line += " -" + set.Name
		default:
			line += " -" + set.Name + " " + set.Value.String()
		}
	})
	return line
}

func parseOptions(p Program, args []string, stderr io.Writer) (options, error) {
	o := options{counts: counts{households: 30_000, acquainted: 1000, strangers: 1500, forerunners: 200, storms: 6000}}
	var t texts
	f := o.flags(p, &t, stderr)
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage // package flag has said why
	}
	o.command = called(p, f)
	o.defaults()
	err := errors.Join(o.parseSizes(t.sessions), o.parseModes(t.modes), o.parseStores(t.stores), o.parseScenarios(t.scenarios), o.parsePeers(t.peers), o.check(f.Args()))
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			_, _ = fmt.Fprintf(stderr, "%s: %s\n", p.Name, strings.TrimSpace(line))
		}
		return o, errUsage
	}
	return o, nil
}

func (o *options) flags(p Program, t *texts, stderr io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	f.SetOutput(stderr)
	quick := false
	f.BoolVar(&quick, "quick", false, "a minute or so; the default")
	f.BoolVar(&o.full, "full", false, "longer windows, more rounds, a million sessions, ten seconds without the daemon (about half an hour)")
	f.IntVar(&o.rounds, "rounds", 0, "how often each figure is measured (3, with -full 5)")
	f.DurationVar(&o.window, "window", 0, "length of one measurement (250ms, with -full 4s)")
	f.IntVar(&o.connections, "connections", 32, "callers that ask at the same time")
	f.StringVar(&t.sessions, "sessions", "", "sizes of the databases for questions (1000,10000,100000, with -full 1000000 too)")
	f.Float64Var(&o.rate, "rate", 0, "calls a second of the open loop (a third of what the slowest mode manages)")
	f.Uint64Var(&o.seed, "seed", 1, "seed of what is random: orders and arrivals")
	f.StringVar(&t.modes, "modes", "", "modes to compare (all five)")
	f.StringVar(&t.stores, "stores", "sqlite", "sqlite, or the postgres:// URL of a server on which databases may be made, or several")
	f.StringVar(&t.scenarios, "scenarios", "", "of "+strings.Join(scenarioNames, ",")+" (all)")
	f.DurationVar(&o.ttl, "ttl", 0, "for how long mode ttl-cache repeats a yes (1s, with -full 10s)")
	f.DurationVar(&o.jwtTTL, "jwt-ttl", 0, "life of the internal tokens that logouts are tried on (2s, with -full 15s)")
	f.DurationVar(&o.away, "away", 0, "for how long the daemon is away (3s, with -full 10s)")
	f.Func("peer", "`name=url,tokens=FILE`: another server's introspection endpoint on this machine; credentials in the URL, or as id:secret in\n"+peerVariable+"NAME; FILE has tokens that are good there, one a line. May be repeated", func(text string) error {
		t.peers = append(t.peers, text)
		return nil
	})
	f.StringVar(&o.report, "out", "", "folder for the report (benchmarks/results/DATE)")
	f.StringVar(&o.dir, "dir", "", "where to make the folder for the databases; the disk under it is what durable writes are measured on")
	f.Usage = func() {
		_, _ = fmt.Fprintf(stderr, "Usage: %[1]s [flags]\n       %[1]s compare OLD/report.json NEW/report.json\n\n", p.Name)
		f.PrintDefaults()
	}
	return f
}

func (o *options) defaults() {
	rounds, window, ttl, jwtTTL, away := 3, 250*time.Millisecond, time.Second, 2*time.Second, 3*time.Second
	if o.full {
		rounds, window, ttl, jwtTTL, away = 5, 4*time.Second, 10*time.Second, 15*time.Second, 10*time.Second
	}
	preset(&o.rounds, rounds)
	preset(&o.window, window)
	preset(&o.ttl, ttl)
	preset(&o.jwtTTL, jwtTTL)
	preset(&o.away, away)
	preset(&o.report, filepath.Join("benchmarks", "results", time.Now().UTC().Format("2006-01-02T150405Z")))
}

func preset[T comparable](v *T, byDefault T) {
	var zero T
	if *v == zero {
		*v = byDefault
	}
}

func (o *options) parseSizes(sizes string) error {
	if sizes == "" {
		sizes = "1000,10000,100000"
		if o.full {
			sizes = "1000,10000,100000,1000000"
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

// parseStores: the first is what all is measured on, the others what is about a store.
func (o *options) parseStores(stores string) error {
	for text := range strings.SplitSeq(stores, ",") {
		switch {
		case text == sqlite:
		case strings.HasPrefix(text, "postgres://"), strings.HasPrefix(text, "postgresql://"):
		default:
			return fmt.Errorf("-stores: %q is neither sqlite nor a postgres:// URL", config.ParseDSN(text))
		}
		o.stores = append(o.stores, config.ParseDSN(text))
	}
	return nil
}

// parseScenarios wants names that there are.
func (o *options) parseScenarios(names string) error {
	if names == "" {
		o.scenarios = scenarioNames
		return nil
	}
	o.scenarios = strings.Split(names, ",")
	for _, name := range o.scenarios {
		if !slices.Contains(scenarioNames, name) {
			return fmt.Errorf("-scenarios: %q is not one of %s%s", name, strings.Join(scenarioNames, ", "), config.Meant(name, "", scenarioNames))
		}
	}
	return nil
}

func (o *options) check(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("%q is not understood; there are only flags, and the word compare", rest[0])
	}
	if o.rounds < 1 || o.rounds > maxRounds {
		return fmt.Errorf("-rounds %d is not between 1 and %d", o.rounds, maxRounds)
	}
	if o.connections < 1 || o.connections > maxConnections {
		return fmt.Errorf("-connections %d is not between 1 and %d", o.connections, maxConnections)
	}
	if o.rate != 0 && !(o.rate >= 1 && o.rate <= maxRate) { // NaN too
		return fmt.Errorf("-rate %g is not between 1 and %d", o.rate, maxRate)
	}
	for _, d := range []struct {
		name            string
		value, from, to time.Duration
	}{
		{"window", o.window, minWindow, maxWindow},
		{"ttl", o.ttl, minWindow, time.Minute},
		{"jwt-ttl", o.jwtTTL, time.Second, time.Minute},
		{"away", o.away, time.Second, maxAway},
	} {
		if d.value < d.from || d.value > d.to {
			return fmt.Errorf("-%s %s is not between %s and %s", d.name, d.value, d.from, d.to)
		}
	}
	if o.jwtTTL%time.Second != 0 {
		return fmt.Errorf("-jwt-ttl %s is not a whole number of seconds", o.jwtTTL)
	}
	return nil
}
