package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/report"
	"github.com/introspectd/introspectd/session"
)

// TestMain lets this test be run as the parts that are processes of their own.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && (os.Args[1] == partFloor || os.Args[1] == partLoad) {
		main()
	}
	os.Exit(m.Run())
}

func newBench(t *testing.T) *bench {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o, err := parseOptions([]string{"-window", "100ms", "-rounds", "2", "-connections", "4"}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{options: o, stderr: t.Output(), self: self, work: t.TempDir()}
	b.describe(t.Context(), time.Now())
	b.stocks = []*stock{{tokens: junk(hot)}}
	t.Cleanup(b.up.stop)
	return b
}

func TestTheFloorIsMeasuredInProcessesOfItsOwn(t *testing.T) {
	b := newBench(t)
	if err := b.addFloor(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.alternate(t.Context()); err != nil {
		t.Fatal(err)
	}
	row, ok := b.report.Row(floorKey)
	if !ok || len(row.Rounds) != 2 {
		t.Fatalf("the floor has %d rounds, want 2", len(row.Rounds))
	}
	for _, r := range row.Rounds {
		if r.Right == 0 || r.Failed != 0 || r.Seconds < 0.1 || r.PerSecond <= 0 || r.P50 <= 0 || r.P99 < r.P50 || r.RSS < 1<<20 || r.Latency == "" {
			t.Errorf("round %+v, want right answers, latencies and a size", r)
		}
	}
	b.up.stop()
	if err := b.up.all[0].child.Wait(); err != nil {
		t.Errorf("the floor ended with %v, want it to end well when it is told to", err)
	}
}

// What the floor refuses must not be counted as served, through all the processes in between.
func TestWrongAnswersReachTheReport(t *testing.T) {
	b := newBench(t)
	if err := b.addFloor(t.Context()); err != nil {
		t.Fatal(err)
	}
	job := introspection(basic(apiClient, session.NewHandle(session.ClientSecret)), active, b.remembered())
	job.Connections, job.Window, job.Count = 2, time.Second, 50
	if o, err := b.ask(t.Context(), b.up.all[0], nil, job); err == nil || o.Failed != 50 || !strings.Contains(err.Error(), "status 401") {
		t.Errorf("with wrong credentials: %d right, %d failed, %v, want 50 failures and an error that says 401", o.Right, o.Failed, err)
	}
	b.add(row{"x", "x", "", 2, func(ctx context.Context) (report.Round, error) {
		return b.once(ctx, b.up.all[0], nil, load.Job{})
	}})
	if err := b.alternate(t.Context()); err == nil {
		t.Error("a row that cannot be measured = nil, want an error")
	}
	if row, ok := b.report.Row(floorKey); !ok || len(row.Rounds) != b.rounds {
		t.Errorf("the other row has %d rounds, want %d", len(row.Rounds), b.rounds)
	}
}

func TestAServerThatDoesNotStartSaysWhy(t *testing.T) {
	b := newBench(t)
	_, err := b.start(t.Context(), strings.NewReader(""), b.self, partFloor)
	if err == nil || !strings.Contains(err.Error(), "before it was ready") || !strings.Contains(err.Error(), "password") {
		t.Errorf("start without a password = %v, want an error that has the server's last words", err)
	}
}

func TestAnInterruptedRunStillWritesItsReport(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "out")
	var stderr bytes.Buffer
	if code := run(ctx, []string{"-out", dir, "-dir", t.TempDir()}, nil, t.Output(), &stderr); code != exitError {
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
	if err := json.Unmarshal(data, &r); err != nil || r.Machine.Processors == 0 || len(r.Notes) == 0 {
		t.Errorf("report = %+v, %v, want the machine and a note", r, err)
	}
}

func TestFlagsThatMakeNoSenseAreUsageErrors(t *testing.T) {
	for _, args := range [][]string{
		{"-nonsense"},
		{"extra"},
		{"-rounds", "-1"},
		{"-rounds", "1000"},
		{"-window", "1ms"},
		{"-window", "1h"},
		{"-connections", "-1"},
		{"-connections", "100000"},
		{"-sessions", "10"},
		{"-sessions", "x"},
		{"-sessions", "10000,"},
	} {
		var stderr bytes.Buffer
		if code := run(t.Context(), args, nil, t.Output(), &stderr); code != exitUsage || stderr.Len() == 0 {
			t.Errorf("run(%q) = %d with %q, want %d and words", args, code, stderr.String(), exitUsage)
		}
	}
}

func TestJunkIsMalformedAndNothingElseIsWrongWithIt(t *testing.T) {
	for _, text := range junk(2000) {
		if kind := session.Present(text).Kind(); kind != session.Malformed || !strings.HasPrefix(text, "ita_") || len(text) != 53 {
			t.Fatalf("junk %q is %v with %d bytes, want a malformed one of 53 that begins like a token", text, kind, len(text))
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

func TestAimsCompareOnlyWhatWasMeasured(t *testing.T) {
	rounds := func(cpu, rate float64) []report.Round {
		return []report.Round{{Round: 1, CPU: cpu, PerSecond: rate, Lookups: new(3.0)}}
	}
	r := &report.Report{Rows: []report.Row{
		{Key: floorKey, Rounds: rounds(20, 1)},
		{Key: warmKey, Rounds: rounds(24, 1)},
		{Key: junkKey, Rounds: rounds(22, 1)},
		{Key: coldKey(10000), Rounds: rounds(40, 1)},
		{Key: coldKey(100000), Rounds: rounds(60, 1)},
		{Key: writeKey("open", 1), Rounds: rounds(1, 1000)},
		{Key: writeKey("open", manyCallers), Rounds: rounds(1, 7000)},
		{Key: writeKey("end", 1), Rounds: rounds(1, 1000)},
		{Key: writeKey("end", manyCallers)},
	}}
	want := map[string]string{
		"remembered: CPU over the floor":                  "1.20 met",
		"first time, 100000 sessions: CPU over the floor": "3.00 missed",
		"first time: CPU with 100000 sessions over 10000": "1.50 missed",
		"junk: CPU over remembered":                       "0.92 met",
		"junk: look-ups in the database":                  "3.00 missed",
		"opening: rate of 64 callers over that of one":    "7.00 met",
	}
	for _, a := range aims(r, []int{10000, 100000}) {
		got, _, _ := strings.Cut(a.Got.String(), " ")
		if got += " " + a.Verdict(); got != want[a.What] {
			t.Errorf("%s = %q, want %q", a.What, got, want[a.What])
		}
		delete(want, a.What)
	}
	for what := range want {
		t.Errorf("there is no aim %q", what)
	}
}
