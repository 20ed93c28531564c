package revocation

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The simulation lets nodes, guards and takings-back live through faults, on the cores that the daemon runs, and judges every answer: nothing
// that begins after a taking-back has returned is accepted; nothing is refused that was not taken back; and when the faults are over,
// everybody believes again and takings-back are fast again. One seed is one history. To see it again:
//
//	INTROSPECTD_SIM_SEED=4711 go test -run '^TestSimulation$' -v ./session/revocation
//
// INTROSPECTD_SIM_SEEDS is how many seeds to try. Those in testdata/seeds.txt come first.
func TestSimulation(t *testing.T) {
	if seed := os.Getenv("INTROSPECTD_SIM_SEED"); seed != "" {
		judge(t, number(t, seed), true)
		return
	}
	for _, line := range strings.Split(keptSeeds(t), "\n") {
		if fields := strings.Fields(line); len(fields) > 0 && !strings.HasPrefix(fields[0], "#") {
			judge(t, number(t, fields[0]), false)
		}
	}
	seeds := uint64(simSeeds)
	if testing.Short() {
		seeds = 300
	}
	if given := os.Getenv("INTROSPECTD_SIM_SEEDS"); given != "" {
		seeds = number(t, given)
	}
	var sum struct {
		sync.Mutex
		counts
	}
	var next atomic.Uint64
	var running sync.WaitGroup
	begun := time.Now()
	for range 2 { // each fills a processor
		running.Go(func() {
			for !t.Failed() {
				seed := next.Add(1)
				if seed > seeds {
					return
				}
				c := judge(t, seed, false)
				sum.Lock()
				sum.add(c)
				sum.Unlock()
			}
		})
	}
	running.Wait()
	if t.Failed() {
		return
	}
	t.Logf("%d seeds in %v: %+v", seeds, time.Since(begun).Round(time.Millisecond), sum.counts)
	// A simulation in which nothing happens is not one in which nothing goes wrong.
	if c := sum.counts; c.accepted < int(seeds)*20 || c.jwts < int(seeds)*5 || c.refused < int(seeds)*10 || c.settled < int(seeds)*2 ||
		c.forged < int(seeds) || c.admitted < int(seeds) || c.turned < int(seeds)/2 || c.glances < int(seeds)*5 || c.forgotten < int(seeds)/50 {
		t.Errorf("too little happens: %+v in %d seeds", c, seeds)
	}
}

// judge lives one seed, and shows how it ended when it ended badly.
func judge(t *testing.T, seed uint64, show bool) counts {
	t.Helper()
	w := live(seed, show)
	if len(w.violations) > 0 && !show {
		w = live(seed, true)
	}
	if len(w.violations) > 0 {
		t.Errorf("seed %d: %s\nthe end of it:\n%s\nagain with INTROSPECTD_SIM_SEED=%d", seed, strings.Join(w.violations, "\n"), w.tail(60), seed)
	} else if show {
		t.Log("\n" + w.tail(1000))
	}
	return w.counts
}

func (c *counts) add(o counts) {
	c.accepted += o.accepted
	c.refused += o.refused
	c.failed += o.failed
	c.settled += o.settled
	c.jwts += o.jwts
	c.forged += o.forged
	c.admitted += o.admitted
	c.turned += o.turned
	c.glances += o.glances
	c.forgotten += o.forgotten
}

func number(t *testing.T, text string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("not a number: %q", text)
	}
	return n
}

// keptSeeds once found something.
func keptSeeds(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/seeds.txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
