package report

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// ran is a run on a machine that is slower by a factor, with rounds that scatter by some percent.
func ran(random *rand.Rand, slower, worse float64) *Report {
	rounds := func(key string, cpu float64) Row {
		row := Row{Key: key, Title: key, Connections: 32}
		for n := 1; n <= 3; n++ {
			us := cpu * slower * (1 + 0.03*random.NormFloat64())
			row.Rounds = append(row.Rounds, Round{Round: n, CPU: us, PerSecond: 1e6 / us, P50: 30 * us, P99: 90 * us})
		}
		return row
	}
	r := &Report{Format: Format, Rows: []Row{rounds("floor", 20)}}
	for n := range 50 {
		r.Rows = append(r.Rows, rounds("line-"+string(rune('A'+n)), 20+float64(n)*worse))
	}
	return r
}

func changed(c Comparison) (n int) {
	for _, d := range c.Lines {
		if d.Verdict() == Changed {
			n++
		}
	}
	return n
}

// The seeds are fixed: these are the same figures each time.
func TestTheSameProgramIsWithinTheNoiseOnAMachineThatIsSlowerMeanwhile(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, slower := range []float64{1, 1.4, 0.7} {
		c := Compare(ran(random, 1, 1), ran(random, slower, 1))
		if n := changed(c); n > 4 || len(c.Lines) != 4*51 {
			t.Errorf("%.1f times slower: %d of %d figures have changed, want about one in a hundred at most", slower, n, len(c.Lines))
		}
	}
}

func TestAProgramThatIsSlowerHasChanged(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	c := Compare(ran(random, 1, 1), ran(random, 1, 3))
	if n := changed(c); n < 4*40 {
		t.Errorf("%d of %d figures have changed, want most of them", n, len(c.Lines))
	}
}

func TestTheNoiseIsThatOfWholeFigures(t *testing.T) {
	d := drift{}
	pair := func(before, after float64) Difference {
		return Difference{Before: &Spread{Median: before}, After: &Spread{Median: after}}
	}
	d.see(name{"steady/modes", "unprotected", "cpu-daemon"}, pair(0.3, 0.6))
	d.see(name{"steady/modes", "jwt", "cpu"}, pair(10, 30))
	d.see(name{"steady/modes", "unprotected", "cpu"}, pair(24, 20))
	d.see(name{"rows", "floor", "cpu"}, pair(20, 22))
	for _, quantity := range []string{"cpu", "cpu-daemon", "logouts"} {
		if got := d.noise(quantity); got < 0.199 || got > 0.201 {
			t.Errorf("noise of %s = %v, want 0.2", quantity, got)
		}
	}
}

func TestAComparisonStatesTheNoise(t *testing.T) {
	a, b := compared(), compared()
	a.Disturbances = []Disturbance{{"steady", 0.01, 0}, {"storm", 0.02, 0.01}}
	for i := range b.Rows[0].Rounds { // the floor
		b.Rows[0].Rounds[i].CPU *= 1.25
	}
	var text bytes.Buffer
	if err := Compare(a, b).Text(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"processors used by others meanwhile: before 1 to 3%, after unknown",
		"the floors, which are the same program in both, differ in processor time 25%, rates 0%, p50 0% and p99 0%",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the comparison lacks %q:\n%s", want, text.String())
		}
	}
	text.Reset()
	a.Rows, b.Rows, a.Sections, b.Sections = nil, nil, nil, nil
	if err := Compare(a, b).Text(&text); err != nil || !strings.Contains(text.String(), "no floor was measured in both") {
		t.Errorf("without floors: %v\n%s", err, text.String())
	}
}
