//go:build linux && !race

package blackbox

import (
	"math/rand/v2"
	"testing"

	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

// broken are builds with one rule broken, and the schedule that must notice it.
var broken = []struct {
	tag, schedule string
	of            part
}{
	{"mutant_nosettle", "P20 queued while stopped", daemon},
	{"mutant_nosettle", backendsEnded, onServer},
	{"mutant_knownhere", "P16 repeated elsewhere", daemon},
	{"mutant_coarseclock", "P20 queued while stopped", daemon},
	{"mutant_coarseclock", "P20 queued in a guard", guard},
}

// part is what a broken build is of.
type part int

const (
	daemon   part = iota
	onServer      // a daemon on PostgreSQL
	guard
)

// TestABrokenProgramIsNoticed shows what the other tests are worth.
func TestABrokenProgramIsNoticed(t *testing.T) {
	for _, m := range broken {
		t.Run(m.tag+" "+m.schedule, func(t *testing.T) {
			c := directed[m.schedule]
			plan := Plan{Daemons: 3, Services: c.services}
			switch m.of {
			case guard:
				plan.Service = service(t, m.tag)
			case onServer:
				c.do = ofTheStore[m.schedule].do
				plan.Database = pgtest.Database(t)
				fallthrough
			default:
				plan.Program = program(t, m.tag)
			}
			f := setUp(t, plan)
			noticed := 0
			const rounds, enough = 12, 2
			for tries := 0; tries < rounds && noticed < enough; tries++ {
				f.seed++
				f.scheduled(t, 1, c.do)
				noticed = len(Judge(f.History()).Broken)
			}
			h := f.History()
			v := Judge(h)
			t.Logf("%v", v)
			if noticed < enough {
				t.Fatalf("not noticed in %d rounds", rounds)
			}
			t.Logf("%v", v.Broken[0])
			if err := CrossCheck(h, 50, rand.New(rand.NewPCG(f.seed, 0))); err != nil {
				t.Error(err)
			}
		})
	}
}
