package report

import (
	"math"
	"math/rand/v2"
	"time"
)

// compared is a report such as a whole run makes: five modes, and every kind of chart. Its figures are invented, its shapes are likely.
func compared() *Report {
	return &Report{
		Format: Format, Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Seconds: 67.2, Commit: "0123456789ab",
		Machine: Machine{
			Processor: "a processor of some maker @ 2.50GHz", Processors: 2, Memory: "24684332 kB", System: "linux/amd64 6.1.0-18", Filesystem: "ext4",
			Go: "go1.26.0", Placement: "servers on processor 0, load on processor 1",
		},
		Settings: Settings{
			Rounds: 3, Window: 1.2, Connections: 32, Sessions: []int{1000, 10000, 100000, 1000000}, Seed: 42,
			Command: "go run ./benchmarks -seed 42 -out report", Modes: keysOfModes(), Stores: []string{"sqlite"},
			Others: []Setting{{"offered rate", "2000 calls/s"}, {"lease", "2s"}},
		},
		Sections:    []Section{steadyFixture(), logoutFixture(), outageFixture(), growthFixture()},
		Rows:        sample().Rows,
		Memory:      sample().Memory,
		Aims:        append(sample().Aims, Aim{What: "guard verdict, ns", Bound: 400, AtMost: true, Got: Spread{390, 380, 410, 3}}),
		NotMeasured: []string{"PostgreSQL: no server was named with -store", "peers: none was named with -peer"},
		Notes:       []string{"introspection of junk tokens, round 1: no right answer"},
		Histograms:  []Histogram{{Section: Steady, Line: "jwt", Round: 1, Unit: "ns", Encoded: "HISTFAAAAA=="}},
	}
}

func keysOfModes() []string {
	var out []string
	for _, m := range modes {
		out = append(out, m.key)
	}
	return out
}

func about(v float64) *Spread { return new(SpreadOf([]float64{v * 0.94, v, v * 1.08})) }

func steadyFixture() Section {
	cpu := []float64{118, 61, 19.6, 18.9, 19.2}
	p50 := []float64{410, 205, 81, 78, 79}
	p99 := []float64{2900, 1150, 640, 470, 480}
	asked := []float64{1, 1, 0.02, 0, 0}
	t := Table{Key: "calls", Title: "Calls to a service, 2000 a second", Columns: []Column{
		{ColumnCPU, "processor time of a call", "us", -1},
		{"cpu-service", "of it the service", "us", -1},
		{"cpu-daemon", "of it introspectd", "us", -1},
		{"p50", "p50", "us", -1},
		{ColumnP99, "p99", "us", -1},
		{"rate", "most calls in a second", "1/s", 1},
		{ColumnAsked, "questions for a call", "", -1},
	}}
	bars := Chart{
		Key: "latency", Title: "How long a call takes at 2000 calls a second", Kind: Bars, X: Axis{Title: "mode"}, Y: Axis{Title: "latency", Unit: "us", Log: true},
		Shows:    "How long a caller waits for an answer of the service, at a rate that every mode keeps up with.",
		ShowsNot: "A network between service and daemon: all is on one machine, where a question costs less than anywhere else.",
		Series:   []Series{{Key: "p50", Title: "half of the calls"}, {Key: "p99", Title: "99 of 100 calls"}},
	}
	cost := Chart{
		Key: "cpu", Title: "What a call costs", Kind: Bars, Y: Axis{Title: "processor time of a call, service and daemon together", Unit: "us"},
		Series: []Series{{Key: "cpu", Title: "processor time"}}, Marks: []Mark{{X: 17.5, Title: "without any check"}},
	}
	for i, m := range modes {
		t.Lines = append(t.Lines, Line{m.key, m.key, []Cell{
			{Spread: about(cpu[i])},
			{Spread: about(cpu[i] * 0.6)},
			{Spread: about(cpu[i] * 0.4)},
			{Spread: about(p50[i])},
			{Spread: about(p99[i])},
			{Spread: about(1e6 / cpu[i])},
			{Spread: about(asked[i])},
		}})
		for n, v := range []float64{p50[i], p99[i]} {
			bars.Series[n].Points = append(bars.Series[n].Points, Point{Label: m.key, Y: v, Low: v * 0.9, High: v * 1.4})
		}
		cost.Series[0].Points = append(cost.Series[0].Points, Point{Label: m.key, Y: cpu[i], Low: cpu[i] * 0.94, High: cpu[i] * 1.08})
	}
	t.Lines = append(t.Lines, Line{"unprotected", "no check at all", []Cell{{Spread: about(17.5)}, {Spread: about(17.5)}, {Text: "asks nobody"}, {Spread: about(70)}, {Spread: about(420)}}})
	cost.Series[0].Points = append(cost.Series[0].Points, Point{Label: "no check at all", Y: 17.5, Low: 17.1, High: 18.2})
	return Section{
		Key: Steady, Title: "Steady calls", Shows: "What each mode costs when nothing happens.", ShowsNot: "What a network between service and daemon adds.",
		Tables: []Table{t}, Charts: []Chart{bars, cost},
		Notes: []string{"jwt: the generator was the bottleneck in 1 of 3 rounds; the highest rate is its own."},
	}
}

func logoutFixture() Section {
	until := []float64{0, 0, 3.0, 4.6, 0}
	t := Table{Key: "after", Title: "After a logout", Columns: []Column{
		{ColumnAccepted, "calls accepted that began after the logout had returned", "", -1},
		{ColumnLast, "from the logout's return to the last accepted call", "s", -1},
		{"logout", "the logout itself", "ms", -1},
	}}
	c := Chart{
		Key: "first-seconds", Title: "The first seconds after a logout", Kind: Steps, X: Axis{Title: "time since the logout returned", Unit: "s"},
		Y:      Axis{Title: "calls accepted, by when they began", Unit: "1/s"},
		Marks:  []Mark{{X: -0.012, Title: "logout called"}, {X: 0, Title: "logout returned"}, {X: 3, Title: "TTL over"}, {X: 4.6, Title: "token's end"}},
		Series: nil,
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i, m := range modes {
		accepted, last := Spread{N: 3}, Spread{N: 3}
		if until[i] > 0 {
			accepted, last = *about(until[i] * 200), *about(until[i])
		}
		t.Lines = append(t.Lines, Line{m.key, m.key, []Cell{{Spread: &accepted}, {Spread: &last}, {Spread: about(3.4)}}})
		s := Series{Key: m.key, Title: m.key}
		for x := -1.0; x < 6; x += 0.05 {
			y := 0.0
			if x < until[i]-0.001 || x < -0.02 {
				y = math.Round(200 + 12*random.NormFloat64())
			}
			s.Points = append(s.Points, Point{X: x, Y: y})
		}
		c.Series = append(c.Series, s)
	}
	return Section{
		Key: Logout, Title: "Logout under load", Shows: "Which calls each mode still accepts when their token has been taken back.",
		ShowsNot: "That a mode can never accept one: this run saw a few hundred logouts.", Tables: []Table{t}, Charts: []Chart{c},
	}
}

func outageFixture() Section {
	c := Chart{
		Key: "away", Title: "introspectd is away for ten seconds", Kind: Steps, X: Axis{Title: "time", Unit: "s"}, Y: Axis{Title: "calls that were accepted", Unit: "%"},
		Marks: []Mark{{X: 0, Title: "introspectd killed"}, {X: 2.09, Title: "lease over"}, {X: 10, Title: "started again"}},
	}
	t := Table{Key: "away", Title: "Calls while it was away", Columns: []Column{{"served", "served", "%", 1}, {"refused", "answered 503", "%", -1}, {"how", "what callers saw", "", 0}}}
	for _, m := range []struct {
		key, title string
		from, to   float64
	}{
		{"introspect", "introspect", 0, 10.4},
		{"introspect-cached", "introspect-cached", 0, 10.4},
		{"ttl-cache", "ttl-cache", 3, 10.4},
		{"jwt", "jwt", 99, 99},
		{"jwt-lease", "jwt-lease, stale: introspect", 2.09, 10.6},
		{"jwt-lease-reject", "jwt-lease, stale: reject", 2.09, 10.6},
		{"jwt-lease-accept", "jwt-lease, stale: accept-until-exp", 99, 99},
	} {
		s := Series{Key: m.key, Title: m.title}
		for x := -2.0; x <= 14; x += 0.1 {
			p := Point{X: x, Y: 100, Low: 99, High: 100}
			if x >= m.from && x < m.to {
				p = Point{X: x}
			}
			s.Points = append(s.Points, p)
		}
		c.Series = append(c.Series, s)
		t.Lines = append(t.Lines, Line{m.key, m.title, []Cell{{Spread: about(52)}, {Spread: about(48)}, {Text: "503 with Retry-After within a millisecond"}}})
	}
	return Section{
		Key: "outage", Title: "introspectd is away", Shows: "Which calls are served while the daemon is gone, and how long it takes to be as before.",
		ShowsNot: "A cut network, in which connections hang instead of failing.", Tables: []Table{t}, Charts: []Chart{c},
	}
}

func growthFixture() Section {
	c := Chart{
		Key: "sessions", Title: "A check, with more and more sessions", Kind: Lines, X: Axis{Title: "sessions", Log: true}, Y: Axis{Title: "processor time of a check", Unit: "us"},
		Series: []Series{}, Marks: []Mark{{X: 100000, Title: "cache is full"}},
	}
	callers := Chart{
		Key: "callers", Title: "With more and more callers", Kind: Lines, X: Axis{Title: "callers", Log: true}, Y: Axis{Title: "99 of 100 calls take at most", Unit: "us", Log: true},
	}
	base := []float64{52, 21, 1.3, 1.2, 1.2}
	t := Table{Key: "slope", Title: "Slope over the decades", Columns: []Column{{"slope", "us for ten times as many", "us", -1}}}
	for i, m := range modes {
		s, many := Series{Key: m.key, Title: m.key}, Series{Key: m.key, Title: m.key}
		for d := 3.0; d <= 6; d++ {
			y := base[i]
			if i < 2 {
				y += float64(5-i*3) * (d - 3)
			}
			s.Points = append(s.Points, Point{X: math.Pow(10, d), Y: y, Low: y * 0.93, High: y * 1.1})
		}
		for n := 1.0; n <= 64; n *= 2 {
			y := base[i] * (4 + n)
			many.Points = append(many.Points, Point{X: n, Y: y, Low: y * 0.8, High: y * 1.3})
		}
		c.Series, callers.Series = append(c.Series, s), append(callers.Series, many)
		t.Lines = append(t.Lines, Line{m.key, m.key, []Cell{{Spread: about(0.2)}}})
	}
	return Section{
		Key: "growth", Title: "Growth", Shows: "What more sessions and more callers cost.", ShowsNot: "More than one node.", Tables: []Table{t}, Charts: []Chart{c, callers},
	}
}
