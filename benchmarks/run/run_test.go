package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/report"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

var program = Program{Name: "benchmarks"}

// TestMain lets this test be run as the parts that are processes of their own.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == partWord {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		code := Main(ctx, program, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
		stop()
		os.Exit(code)
	}
	os.Exit(pgtest.Main(m))
}

// newBench is a run as short as it can be.
func newBench(t *testing.T, args ...string) *bench {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"-window", "100ms", "-rounds", "1", "-connections", "4", "-sessions", "1000", "-jwt-ttl", "1s", "-ttl", "300ms", "-away", "1s"}, args...)
	o, err := parseOptions(program, args, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	o.counts = counts{households: 180, acquainted: 60, strangers: 60, forerunners: 10, storms: 2000, verdicts: 1000}
	b := &bench{options: o, out: t.Output(), bar: newProgress(t.Output()), self: []string{self}, work: t.TempDir(), houses: map[bool]*house{}}
	b.describe(t.Context(), time.Now())
	t.Cleanup(b.up.stop)
	return b
}

func (b *bench) section(t *testing.T, key string) report.Section {
	t.Helper()
	s, ok := b.report.Section(key)
	if !ok {
		t.Fatalf("there is no section %s", key)
	}
	return s
}

// measured are the lines of a table that have a figure in a column.
func measured(t *testing.T, s report.Section, table, column string) map[string]report.Spread {
	t.Helper()
	out := map[string]report.Spread{}
	for _, tab := range s.Tables {
		at := slices.IndexFunc(tab.Columns, func(c report.Column) bool { return c.Key == column })
		if tab.Key != table || at < 0 {
			continue
		}
		for _, l := range tab.Lines {
			if at < len(l.Cells) && l.Cells[at].Spread != nil {
				out[l.Key] = *l.Cells[at].Spread
			}
		}
	}
	return out
}

// bestOf holds what is measured to what is wanted of it in one run of three: a machine that stands still spoils one, and not each. The promise holds in all
// of them.
func bestOf(t *testing.T, measure func(*testing.T) (troubles []string)) {
	t.Helper()
	var troubles []string
	for range 3 {
		if troubles = measure(t); len(troubles) == 0 {
			return
		}
		t.Logf("once more: %s", strings.Join(troubles, "; "))
	}
	t.Errorf("three runs were in vain; the last: %s", strings.Join(troubles, "; "))
}

// brokenPromise is in the words of a run in which a logout let calls through. That is no trouble of the machine's.
const brokenPromise = "that began after a logout had returned were accepted"

// The whole of it, as small as it goes, on real processes: what is shown must be there, and agree with what the modes are.
func TestTheModesAreToldApart(t *testing.T) {
	t.Parallel()
	bestOf(t, toldApart)
}

func toldApart(t *testing.T) (troubles []string) {
	trouble := func(format string, args ...any) { troubles = append(troubles, fmt.Sprintf(format, args...)) }
	b := newBench(t, "-scenarios", "steady,burst,logout,size", "-modes", "introspect-cached,jwt,jwt-lease", "-jwt-ttl", "3s")
	defer b.up.stop()
	b.follow(t.Context(), b.plan())
	for _, err := range b.errs {
		if strings.Contains(err.Error(), brokenPromise) {
			t.Error(err)
		}
		trouble("%v", err)
	}
	if len(troubles) > 0 { // what failed has no table
		return troubles
	}
	steady := b.section(t, report.Steady)
	asked := measured(t, steady, "modes", report.ColumnAsked)
	for key, want := range map[string]float64{"unprotected": 0, "hs256": 0, "introspect-cached": 1, "jwt": 0, "jwt-lease": 0} {
		if got, ok := asked[key]; !ok || got.Median != want {
			trouble("%s asks %v times for a call, want %v", key, got.Median, want)
		}
	}
	for _, column := range []string{report.ColumnCPU, "rate", "p50", report.ColumnP99} {
		for key, got := range measured(t, steady, "modes", column) {
			if got.Min <= 0 {
				trouble("%s: %s = %v, want more than nothing", key, column, got)
			}
		}
		if n := len(measured(t, steady, "modes", column)); n != 5 {
			trouble("%s is known of %d lines, want 5", column, n)
		}
	}
	accepted := measured(t, b.section(t, report.Logout), "modes", report.ColumnAccepted)
	for _, key := range []string{"introspect-cached", "jwt-lease"} {
		if got, ok := accepted[key]; !ok || got.Max != 0 {
			t.Errorf("%s accepted %v calls after a logout, want none", key, got)
		}
	}
	if accepted["jwt"].Max == 0 {
		trouble("jwt accepted no call after a logout: then the logouts show nothing")
	}
	wire := measured(t, b.section(t, sizeKey), "wire", "asked")
	if wire["introspect-cached"].Median < 100 || wire["jwt"].Median != 0 {
		trouble("bytes of questions for a call: %v", wire)
	}
	first := measured(t, b.section(t, burstKey), "first", "asked")
	if first["introspect-cached"].Median != 1 || first["jwt-lease"].Median != 0 {
		trouble("questions about tokens never seen: %v", first)
	}
	if len(b.report.Histograms) < 5*2+3*2+3 {
		trouble("%d histograms are kept", len(b.report.Histograms))
	}
	return troubles
}

func TestWithTheDaemonAwayTheRulesDiffer(t *testing.T) {
	t.Parallel()
	bestOf(t, rulesDiffer)
}

func rulesDiffer(t *testing.T) (troubles []string) {
	trouble := func(format string, args ...any) { troubles = append(troubles, fmt.Sprintf(format, args...)) }
	b := newBench(t, "-scenarios", "outage", "-modes", "introspect-cached,jwt-lease", "-away", "3s")
	defer b.up.stop()
	b.follow(t.Context(), b.plan())
	for _, err := range b.errs {
		trouble("%v", err)
	}
	if len(troubles) > 0 {
		return troubles
	}
	s := b.section(t, outageKey)
	accepted, unknown := measured(t, s, "gone", "accepted"), measured(t, s, "gone", "unknown")
	for key, got := range accepted {
		if always := key == "jwt-lease-accept-until-exp"; (got.Median == 100) != always {
			trouble("%s accepted %v%% while the daemon was away, unknown %v%%", key, got.Median, unknown[key].Median)
		}
	}
	if len(accepted) != 4 {
		trouble("lines %v, want introspect-cached and three rules", accepted)
	}
	for key, got := range measured(t, s, "gone", "refused") {
		if got.Median != 0 {
			t.Errorf("%s: %v%% of good tokens were called bad", key, got.Median)
		}
	}
	return troubles
}

func TestADaemonWhosePortWasTakenMeanwhileIsReported(t *testing.T) {
	b := newBench(t)
	h, err := b.house(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	// It still lives, so its port is in use.
	if err := b.restart(t.Context(), h); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("start on a port in use = %v, want an error that says so", err)
	}
}

func TestTheFloorIsMeasuredInAProcessOfItsOwn(t *testing.T) {
	b := newBench(t)
	q := &questions{bench: b, password: session.NewHandle(session.ClientSecret), stocks: []*stock{{tokens: junk(hot)}}}
	var err error
	if q.floor, err = b.start(t.Context(), part.Floor, part.FloorTask{Client: api(audience), Password: q.password.Reveal()}); err != nil {
		t.Fatal(err)
	}
	warm, job := b.windows(q.floorJob(), 2)
	r, err := b.once(t.Context(), q.floor, warm, job)
	if err != nil {
		t.Fatal(err)
	}
	if r.Right == 0 || r.Failed != 0 || r.Seconds < 0.1 || r.PerSecond <= 0 || r.P50 <= 0 || r.P99 < r.P50 || r.RSS < 1<<20 || r.Latency == "" {
		t.Errorf("round %+v, want right answers, latencies and a size", r)
	}
	// What the floor refuses must not be counted as served, through all the processes in between.
	job = introspection(basic(api(audience), session.NewHandle(session.ClientSecret)), active, q.remembered())
	job.Connections, job.Window, job.Count = 2, time.Second, 50
	if o, err := b.ask(t.Context(), q.floor, nil, job); err == nil || o.Windows[0].Failed != 50 || !strings.Contains(err.Error(), "status 401") {
		t.Errorf("with wrong credentials: %+v, %v, want 50 failures and an error that says 401", o, err)
	}
	b.up.stop()
	if err := q.floor.child.Wait(); err != nil {
		t.Errorf("the floor ended with %v, want it to end well when it is told to", err)
	}
}

func TestAServerThatDoesNotStartSaysWhy(t *testing.T) {
	b := newBench(t)
	_, err := b.start(t.Context(), part.Service, map[string]string{"Kind": "magic"})
	if err == nil || !strings.Contains(err.Error(), "before it was ready") || !strings.Contains(err.Error(), "0 links") {
		t.Errorf("start of nonsense = %v, want an error that has the server's last words", err)
	}
}

func TestAnInterruptedRunStillWritesItsReport(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "out")
	var stdout, stderr bytes.Buffer
	if code := Main(ctx, program, []string{"-out", dir, "-dir", t.TempDir()}, nil, &stdout, &stderr); code != exitError {
		t.Errorf("exit code = %d, want %d", code, exitError)
	}
	if !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("stderr = %q, want it to say that the run was interrupted", stderr.String())
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(data, &r); err != nil || r.Machine.Processors == 0 || len(r.NotMeasured) == 0 {
		t.Errorf("report = %+v, %v, want the machine and what was not measured", r, err)
	}
}

func TestARunThatIsCutShortHasWhatWasMeasuredBefore(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	b.follow(ctx, []*scenario{{
		key: "x", title: "x", finish: func() { told++ },
		steps: []step{
			{title: "one", do: func(context.Context) error { b.note("one"); cancel(); return ctx.Err() }},
			{title: "two", do: func(context.Context) error { t.Error("it went on after the end"); return nil }},
		},
	}})
	if told != 1 || len(b.report.Notes) == 0 || len(b.errs) != 0 {
		t.Errorf("told %d times, notes %q, errors %v, want what was found told once", told, b.report.Notes, b.errs)
	}
}

func TestOneFailureDoesNotKeepTheOthersFromBeingMeasured(t *testing.T) {
	b := newBench(t)
	var did []string
	do := func(name string, err error) func(context.Context) error {
		return func(context.Context) error { did = append(did, name); return err }
	}
	sorry := errors.New("no\nsuch thing")
	b.follow(t.Context(), []*scenario{
		{key: "a", title: "a", steps: []step{{title: "1", do: do("a1", sorry)}, {title: "2", do: do("a2", nil)}}},
		{key: "b", title: "b", steps: []step{{title: "1", needs: true, do: do("b1", sorry)}, {title: "2", do: do("b2", nil)}}},
		{key: "c", title: "c", steps: []step{{title: "1", do: do("c1", errNotStarted)}, {title: "2", do: do("c2", nil)}}},
	})
	if got := strings.Join(did, " "); got != "a1 a2 b1 c1 c2" {
		t.Errorf("did %s, want all but what needs what has failed", got)
	}
	want := []string{"a: 1: no such thing", "b: 1: no such thing"}
	if len(b.errs) != 2 || !slices.Equal(b.report.NotMeasured, want) {
		t.Errorf("not measured %q, want %q", b.report.NotMeasured, want)
	}
}

func TestJunkIsMalformedAndNothingElseIsWrongWithIt(t *testing.T) {
	for _, text := range junk(2000) {
		if kind := session.Present(text).Kind(); kind != session.Malformed || !strings.HasPrefix(text, "ita_") || len(text) != 53 {
			t.Fatalf("junk %q is %v with %d bytes, want a malformed one of 53 that begins like a token", text, kind, len(text))
		}
	}
}

func TestWhatIsSpoiltDiffersInOneCharacter(t *testing.T) {
	for _, text := range []string{"ita_xxA1", "ita_xxB1", "a.b.cDx"} {
		got := spoilt(mode{}, []string{text})[0]
		apart := 0
		for i := range text {
			if text[i] != got[i] {
				apart++
			}
		}
		if apart != 1 || len(got) != len(text) || got[len(got)-1] != text[len(text)-1] {
			t.Errorf("spoilt %q is %q", text, got)
		}
	}
}

func TestMetricsAreSummedOverLabels(t *testing.T) {
	const page = "# HELP a_count x\na_count{op=\"look up token\"} 3\na_count{op=\"open\",x=\"y\"} 4.5e1\na_counter 9\nb 1.5\nb x\n"
	for _, c := range []struct {
		name, label string
		want        float64
		found       bool
	}{
		{"a_count", "", 48, true},
		{"a_count", `op="look up token"`, 3, true},
		{"a_count", `op="close"`, 0, false},
		{"b", "", 1.5, true},
		{"a", "", 0, false},
	} {
		if got, found := metric(page, c.name, c.label); got != c.want || found != c.found {
			t.Errorf("metric %s{%s} = %v, %t, want %v, %t", c.name, c.label, got, found, c.want, c.found)
		}
	}
}

func TestTheFilesystemIsThatOfTheLongestMountPoint(t *testing.T) {
	const mounts = "/dev/vda / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/vdb /tmp/disk xfs rw 0 0\ntmpfs /tmpfoo ramfs rw 0 0\n"
	for dir, want := range map[string]string{"/": "ext4", "/home/x": "ext4", "/tmp": "tmpfs", "/tmp/a": "tmpfs", "/tmp/disk/a": "xfs", "/tmpf": "ext4"} {
		if got := mountOf(mounts, dir); got != want {
			t.Errorf("filesystem of %s = %s, want %s", dir, got, want)
		}
	}
}

func TestTheBottleneckIsNamed(t *testing.T) {
	empty, err := load.Run(t.Context(), load.Job{})
	if err == nil {
		t.Fatalf("a job without anything ran: %+v", empty)
	}
	second := part.Outcome{Wall: time.Second, Windows: []part.Window{{Right: 100}}}
	for name, c := range map[string]struct {
		change func(*part.Outcome)
		want   string
	}{
		"nobody":           {func(*part.Outcome) {}, ""},
		"a busy generator": {func(o *part.Outcome) { o.Load = 900 * time.Millisecond }, "generator's processor was busy"},
		"a slow server":    {func(o *part.Outcome) { o.Windows[0].Dropped = 1 }, "did not keep up"},
		"few connections":  {func(o *part.Outcome) { o.Windows[0].Behind = 10 }, "all connections waiting"},
	} {
		o := second
		o.Windows = slices.Clone(second.Windows)
		c.change(&o)
		if got := strings.Join(bottleneck(o), "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
