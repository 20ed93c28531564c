package run

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/report"
)

const ms = time.Millisecond

// One logout, from 100 ms to 110 ms.
func TestOnlyCallsThatBeganAfterTheLogoutHadReturnedCount(t *testing.T) {
	before, after := load.Call{Begun: 50 * ms, Took: ms, Status: 200}, load.Call{Begun: 300 * ms, Took: ms, Status: 401}
	for _, c := range []struct {
		name     string
		call     load.Call
		accepted float64
		last     float64
	}{
		{"began while it ran, was answered after", load.Call{Begun: 105 * ms, Took: 100 * ms, Status: 200}, 0, 0},
		{"began as it returned", load.Call{Begun: 110 * ms, Took: ms, Status: 200}, 0, 0},
		{"began after and was accepted", load.Call{Begun: 130 * ms, Took: ms, Status: 200}, 1, 20},
		{"began after and was refused", load.Call{Begun: 130 * ms, Took: ms, Status: 401}, 0, 0},
		{"began after and was not answered", load.Call{Begun: 130 * ms, Took: ms}, 0, 0},
		{"another's", load.Call{Begun: 130 * ms, Took: ms, Status: 200, Item: 1}, 0, 0},
	} {
		line := logoutLine{}
		err := line.judge(part.Window{Acts: []load.Acted{{Begun: 100 * ms, Returned: 110 * ms, Status: 204}}, Trace: []load.Call{before, c.call, after}})
		if err != nil || line.accepted[0] != c.accepted || line.last[0] != c.last || line.took[0] != 10 {
			t.Errorf("%s: %v accepted, the last after %v ms, %v, want %v and %v", c.name, line.accepted, line.last, err, c.accepted, c.last)
		}
	}
}

func TestALogoutThatShowsNothingIsAnError(t *testing.T) {
	good := []load.Acted{{Begun: 100 * ms, Returned: 110 * ms}}
	before, after := load.Call{Begun: 50 * ms, Status: 200}, load.Call{Begun: 300 * ms, Status: 401}
	for name, w := range map[string]part.Window{
		"it failed":               {Acts: []load.Acted{{Failure: "status 503, want 204"}}, Trace: []load.Call{before, after}},
		"never accepted before":   {Acts: good, Trace: []load.Call{{Begun: 50 * ms, Status: 401}, after}},
		"nobody called afterward": {Acts: good, Trace: []load.Call{before}},
	} {
		if err := (&logoutLine{}).judge(w); err == nil {
			t.Errorf("%s: judged, want an error", name)
		}
	}
}

func TestABrokenPromiseFailsTheRun(t *testing.T) {
	b := newBench(t)
	l := &logout{bench: b}
	l.promise(&logoutLine{mode: allModes[3], accepted: []float64{9}}) // jwt never promised it
	if len(b.errs) != 0 {
		t.Errorf("errors %v", b.errs)
	}
	l.promise(&logoutLine{mode: allModes[4], accepted: []float64{0, 1}})
	if len(b.errs) != 1 || !strings.Contains(b.errs[0].Error(), "jwt-lease: 1 calls "+brokenPromise) {
		t.Errorf("errors %v, want one that names the mode", b.errs)
	}
}

func TestTimeIsDividedEvenlyOnBothSidesOfTheMoment(t *testing.T) {
	bins := map[int]*share{}
	for _, at := range []time.Duration{-25 * ms, -20 * ms, -1 * ms, 0, 19 * ms, 20 * ms} {
		tally(bins, 20*ms, at, at < 0)
	}
	want := []report.Point{{X: -0.04, Y: 1}, {X: 0, Y: 0}, {X: 0.02, Y: 0}}
	if diff := cmp.Diff(want, changes(inOrder(bins))); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestCallsAreSortedByWhetherTheDaemonWasThere(t *testing.T) {
	begun := time.Unix(1_800_000_000, 0)
	o := &outage{down: begun.Add(time.Second), up: begun.Add(3 * time.Second)}
	a := o.judge(&outageLine{begun: begun, calls: []load.Call{
		{Begun: 500 * ms, Status: 200, Took: ms},
		{Begun: 1500 * ms, Status: 200, Took: ms},
		{Begun: 2000 * ms, Status: 503, Took: 7 * ms},
		{Begun: 2500 * ms, Status: 401, Took: ms},
		{Begun: 2600 * ms},
		{Begun: 3200 * ms, Status: 503, Took: ms},
		{Begun: 3500 * ms, Status: 200, Took: ms},
	}})
	want := away{
		calls: [3]int{1, 4, 2}, accepted: [3]int{1, 1, 1}, unknown: [3]int{0, 1, 1}, refused: [3]int{0, 1, 0}, silent: [3]int{0, 1, 0},
		firstNo: time.Second, lastNo: 200 * ms, slowest: 7 * ms,
	}
	a.shares = nil
	if diff := cmp.Diff(want, a, cmp.AllowUnexported(away{})); diff != "" {
		t.Errorf("what was told (-want +got):\n%s", diff)
	}
}

func TestTheSlopeIsThatOfTheLogarithms(t *testing.T) {
	for _, c := range []struct {
		points []report.Point
		want   string
	}{
		{[]report.Point{{X: 1000, Y: 10}, {X: 10_000, Y: 20}, {X: 100_000, Y: 40}}, "by 2.00"},
		{[]report.Point{{X: 1, Y: 5}, {X: 64, Y: 5}}, "by 1.00"},
		{[]report.Point{{X: 1, Y: 5}}, ""},
		{[]report.Point{{X: 1, Y: 5}, {X: 1, Y: 6}}, ""},
		{nil, ""},
	} {
		if got, ok := slope(c.points); ok != (c.want != "") || !strings.HasSuffix(got, c.want) {
			t.Errorf("slope of %v = %q, want %q", c.points, got, c.want)
		}
	}
}

func TestTheRateIsOneThatTheSlowestKeepsUpWith(t *testing.T) {
	st := &steady{bench: newBench(t), lines: []*steadyLine{{rate: []float64{9000}}, {rate: []float64{4120, 5000}}, {}}}
	if got := st.sustained(); got != 1350 {
		t.Errorf("rate = %v, want a third of 4120, rounded down", got)
	}
	st = &steady{bench: newBench(t, "-rate", "77"), lines: st.lines}
	if got := st.sustained(); got != 77 {
		t.Errorf("rate = %v, want the one that was asked for", got)
	}
}

func TestAimsCompareOnlyWhatWasMeasured(t *testing.T) {
	rounds := func(cpu, rate float64) []report.Round {
		return []report.Round{{Round: 1, CPU: cpu, PerSecond: rate, Lookups: new(3.0)}}
	}
	b := newBench(t, "-sessions", "1000,10000,100000,1000000", "-stores", "sqlite,postgres://127.0.0.1:1/x")
	b.report = report.Report{Rows: []report.Row{
		{Key: floorKey, Rounds: rounds(20, 1)},
		{Key: warmKey, Rounds: rounds(24, 1)},
		{Key: junkKey, Rounds: rounds(22, 1)},
		{Key: coldKey(10000), Rounds: rounds(40, 1)},
		{Key: coldKey(100000), Rounds: rounds(60, 1)},
		{Key: coldKey(1000000), Rounds: rounds(48, 1)},
		{Key: floorKey + "@2", Rounds: rounds(25, 1)},
		{Key: coldKey(100000) + "@2", Rounds: rounds(70, 1)},
		{Key: writeKey("open", 1), Rounds: rounds(1, 1000)},
		{Key: writeKey("open", manyCallers), Rounds: rounds(1, 7000)},
		{Key: writeKey("end", 1), Rounds: rounds(1, 1000)},
		{Key: diskKey("open"), Rounds: rounds(0, 8000)},
		{Key: diskKey("end"), Rounds: rounds(0, 9000)},
		{Key: writeKey("end", manyCallers), Rounds: rounds(1, 4000)},
		{Key: signKey, Rounds: rounds(50, 1)},
		{Key: exchangeKey, Rounds: rounds(53, 1)},
		{Key: doorKey, Rounds: rounds(26, 1)},
		{Key: doorSignedKey, Rounds: rounds(70, 1)},
	}, Sections: []report.Section{{Key: steadyKey, Tables: []report.Table{
		{Key: verdictTable, Lines: []report.Line{{Key: part.Verdict, Cells: []report.Cell{cell([]float64{420})}}}},
	}}}, Memory: []report.Memory{{Sessions: 5000, Heap: 400}}}
	want := map[string]string{
		"token exchange: signatures' CPU beyond the floor":                           "1.10 met",
		"forward-auth, remembered: CPU over the floor":                               "1.30 met",
		"forward-auth, a signature each: signatures' CPU beyond 1.4 times the floor": "1.40 missed",
		"a guard's remembered verdict, of 100,000: nanoseconds":                      "420 missed",
		"remembered: CPU over the floor":                                             "1.20 missed",
		"first time, 100000 sessions: CPU over the floor":                            "3.00 missed",
		"first time, 1000000 sessions: CPU over the floor":                           "2.40 met",
		"first time, 100000 sessions, PostgreSQL: CPU over the floor":                "2.80 met",
		"first time: CPU with 1000000 sessions over 10000":                           "1.20 met",
		"junk: CPU over remembered":                                                  "0.92 met",
		"junk: look-ups in the database":                                             "3.00 missed",
		"opening: rate of 64 callers over that of one":                               "7.00 met",
		"opening: sessions a second, 64 callers":                                     "7000 out of reach: the disk alone allows 8000",
		"ending: rate of 64 callers over that of one":                                "4.00 missed",
		"ending: sessions a second, 64 callers":                                      "4000 missed; the disk alone allows 9000",
		"bytes of heap for each of 5000 remembered sessions":                         "400 met",
	}
	for _, a := range b.aims() {
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
