//go:build linux && !race

package blackbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

// broken are builds with a rule broken, or with a rule and the one behind it, and the schedule that must notice it.
var broken = []struct {
	tags, schedule string
	of             part
}{
	{"mutant_nosettle", "P20 queued while stopped", daemon},
	{"mutant_nosettle", backendsEnded, onServer},
	{"mutant_knownhere", "P16 repeated elsewhere", daemon},
	{"mutant_coarseclock", "P20 queued while stopped", daemon},
	{"mutant_coarseclock", "P20 queued in a guard", guard},
	{"mutant_gap", whileSlow, onServer},
	{"mutant_skiplocked", headLocked, onServer},
	{"mutant_replica", fromAReplica, onReplica},
	{"mutant_stalereader", fromAReplica, onReplica},
	{"mutant_restored mutant_regrown", restored, onServer},
	{"mutant_keykept", keyRevoked, guard},
}

// part is what a broken build is of.
type part int

const (
	daemon    part = iota
	onServer       // a daemon on PostgreSQL
	onReplica      // the same, with a server that follows the database's
	guard
)

func (p part) String() string {
	return [...]string{" by a daemon", " by a daemon on PostgreSQL", " by a daemon that reaches a replica", " by a guard"}[p]
}

// mutated is an installation with a part that was built with tags, and what is done to it.
func mutated(t *testing.T, of part, schedule string, tags ...string) (*trial, Schedule) {
	t.Helper()
	switch of {
	case onReplica:
		return onFollowed(t, Plan{Daemons: 3, Program: program(t, tags...)}), replica.do
	case onServer:
		return setUp(t, Plan{Daemons: 3, Program: program(t, tags...), Database: pgtest.Database(t)}), ofTheStore[schedule].do
	case guard:
		c := directed[schedule]
		return setUp(t, Plan{Daemons: 3, Services: c.services, Service: service(t, tags...)}), c.do
	default:
		c := directed[schedule]
		return setUp(t, Plan{Daemons: 3, Services: c.services, Program: program(t, tags...)}), c.do
	}
}

// TestABrokenProgramIsNoticed shows what the other tests are worth. Each ends with the round in which it is noticed.
func TestABrokenProgramIsNoticed(t *testing.T) {
	all := map[string]func(t *testing.T){}
	for _, m := range broken {
		all[m.tags+" "+m.schedule+m.of.String()] = func(t *testing.T) {
			f, do := mutated(t, m.of, m.schedule, strings.Fields(m.tags)...)
			begun := time.Now()
			if err := f.rounds(t, mutantRounds, f.untilNoticed(do)); !errors.Is(err, errNoticed) {
				t.Fatalf("seed %d: not noticed in %d rounds: %v; history in %s", f.seed, mutantRounds, err, f.keep(t, f.History()))
			}
			h := f.History()
			v := Judge(h)
			t.Logf("seed %d, after %v: %v\n%v", f.seed, time.Since(begun).Round(time.Millisecond), v, v.Broken[0])
			if err := CrossCheck(h, 50, rand.New(rand.NewPCG(f.seed, 0))); err != nil {
				t.Error(err)
			}
		}
	}
	sideBySide(t, all, func(t *testing.T, _ string, one func(*testing.T)) { one(t) })
}

// mutantRounds is what a schedule gets to notice. Those that race somebody notice in about every second round, the others in the first.
const mutantRounds = 40

var errNoticed = errors.New("noticed")

// untilNoticed ends a schedule with [errNoticed] when the promise was broken. What else goes wrong with a broken program says nothing then.
func (f *trial) untilNoticed(do Schedule) Schedule {
	return func(ctx context.Context, r *Round) error {
		err := do(ctx, r)
		r.Asks.Wait()
		if len(Judge(f.History()).Broken) > 0 {
			return errNoticed
		}
		return err
	}
}
