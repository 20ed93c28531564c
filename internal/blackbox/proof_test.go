//go:build linux && !race

// The race detector does not reach into the processes that are started here; under it they would only be judged once more.

package blackbox

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

func TestMain(m *testing.M) {
	code := pgtest.Main(m)
	if built.folder != "" {
		_ = os.RemoveAll(built.folder)
	}
	os.Exit(code)
}

// built are the programs that were made for these tests.
var built struct {
	sync.Mutex
	folder   string
	programs map[string]string
}

// program is introspectd with build tags.
func program(t testing.TB, tags ...string) string {
	t.Helper()
	return made(t, "introspectd "+strings.Join(tags, ","), func(folder string) (string, error) { return Build(t.Context(), folder, tags...) })
}

// service is the program of a [Service].
func service(t testing.TB, tags ...string) string {
	t.Helper()
	return made(t, "service "+strings.Join(tags, ","), func(folder string) (string, error) { return BuildService(t.Context(), folder, tags...) })
}

func made(t testing.TB, name string, build func(folder string) (string, error)) string {
	t.Helper()
	if testing.Short() {
		t.Skip("processes are not started with -short")
	}
	built.Lock()
	defer built.Unlock()
	if built.folder == "" {
		folder, err := os.MkdirTemp("", "introspectd-blackbox")
		if err != nil {
			t.Fatal(err)
		}
		built.folder, built.programs = folder, map[string]string{}
	}
	if built.programs[name] == "" {
		path, err := build(built.folder)
		if err != nil {
			t.Fatal(err)
		}
		built.programs[name] = path
	}
	return built.programs[name]
}

// trial is one installation and what is made of its history.
type trial struct {
	*Installation
	seed    uint64
	folder  string
	replica *Replica
}

func setUp(t testing.TB, p Plan) *trial {
	t.Helper()
	f := &trial{seed: rand.Uint64(), folder: t.TempDir()}
	p.Folder = f.folder
	if p.Program == "" {
		p.Program = program(t)
	}
	if p.Services > 0 && p.Service == "" {
		p.Service = service(t)
	}
	in, err := SetUp(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	f.Installation = in
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// judged holds a history to the promise, and keeps it when it broke it.
func (f *trial) judged(t *testing.T) Verdict {
	t.Helper()
	h := f.History()
	v := Judge(h)
	t.Logf("seed %d: %v; settled %v", f.seed, v, Settled(h))
	if v.Active == 0 || v.Inactive == 0 || v.TakenBack == 0 {
		t.Errorf("too little happened to show anything")
	}
	if err := CrossCheck(h, 200, rand.New(rand.NewPCG(f.seed, 2))); err != nil {
		t.Errorf("porcupine and the rules differ: %v", err)
		t.Logf("kept in %s", f.keep(t, h))
	}
	if len(v.Broken)+len(v.Premature) > 0 {
		t.Errorf("the promise is broken; seed %d, history in %s\n%s", f.seed, f.keep(t, h), v.Worst())
	}
	return v
}

// keep writes the history down where it stays.
func (f *trial) keep(t *testing.T, h History) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "introspectd-history")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, d := range f.Daemons {
		said[d.Label] = d.Process().Said()
	}
	for _, s := range f.Services {
		said[s.Label] = s.Process().Said()
	}
	if err := Keep(folder, fmt.Sprintf("%s, seed %d", t.Name(), f.seed), h, said); err != nil {
		t.Error(err)
	}
	return folder
}

// lock is another process that locks the database: in WAL mode, against all who write.
func (f *trial) lock(ctx context.Context, hold time.Duration) (err error) {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(f.folder, "introspectd.db")+"?mode=rw&_busy_timeout=2000")
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `BEGIN EXCLUSIVE`); err != nil {
		return err
	}
	time.Sleep(hold)
	_, err = conn.ExecContext(ctx, `ROLLBACK`)
	return err
}

// scheduled holds rounds of a schedule.
func (f *trial) scheduled(t *testing.T, rounds int, s Schedule) {
	t.Helper()
	if err := f.rounds(t, rounds, s); err != nil {
		t.Errorf("seed %d: %v", f.seed, err)
	}
}

func (f *trial) rounds(t *testing.T, rounds int, s Schedule) error {
	return Rounds(t.Context(), f.Installation, f.seed, rounds, func(ctx context.Context, r *Round) error {
		r.Lock, r.Replica = f.lock, f.replica
		if f.Daemons[0].Store != nil {
			r.Lock, r.SQL = f.lockHead, f.sql
		}
		return s(ctx, r)
	})
}

// length is how long a run with random faults lasts.
func length(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("INTROSPECTD_BLACKBOX")
	if text == "" {
		return 12 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("INTROSPECTD_BLACKBOX: %v", err)
	}
	return d
}

// check is a schedule, how often it is held, and with how many services.
type check struct {
	services, rounds int
	do               Schedule
}

var directed = map[string]check{
	"P20 queued while stopped":     {0, 4, QueuedWhileStopped},
	"P16 repeated elsewhere":       {0, 4, RepeatedElsewhere},
	"P17 killed before the answer": {0, 4, KilledBeforeTheAnswer},
	"killed idle":                  {0, 4, KilledIdle},
	"paused for 0.3 of a lease":    {0, 6, Paused(0.3)},
	"paused for 0.9 of a lease":    {0, 5, Paused(0.9)},
	"paused for three waits":       {0, 2, Paused(3.3)},
	"hung up":                      {0, 8, HungUp},
	"P26 while refreshing":         {0, 20, WhileRefreshing},
	"on the command line":          {0, 8, OnTheCommandLine},
	"cut off":                      {0, 10, CutOff},
	"P20 queued in a guard":        {4, 4, QueuedInAGuard},
	"P18 a guard that is cut off":  {4, 4, GuardCutOff},
	"P17 the daemon of a guard":    {4, 4, DaemonOfAGuard},
	"P26 while exchanging":         {2, 10, WhileRefreshing},
	keyRevoked:                     {4, 2, KeyRevoked},
	"locked for two waits":         {0, 2, WhileLocked(2200 * time.Millisecond)},
}

// TestTheFencesHold does to an installation, one at a time, what has broken others.
func TestTheFencesHold(t *testing.T) {
	t.Parallel()
	program(t)
	service(t)
	sideBySide(t, directed, func(t *testing.T, _ string, c check) {
		f := setUp(t, Plan{Daemons: 3, Clients: 4, Services: c.services})
		f.scheduled(t, c.rounds, c.do)
		f.judged(t)
	})
}

const keyRevoked = "a key revoked"

// atOnce is how many installations run side by side: they mostly wait, but for two processors there should not be many more.
const atOnce = 5

// sideBySide has subtests share the machine.
func sideBySide[T any](t *testing.T, all map[string]T, one func(t *testing.T, name string, of T)) {
	var running sync.WaitGroup
	places := make(chan struct{}, atOnce)
	for name, of := range all {
		running.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			t.Run(name, func(t *testing.T) { one(t, name, of) })
		})
	}
	running.Wait()
}

// TestNothingIsAcceptedAfterItWasTakenBack is traffic under random faults.
//
// INTROSPECTD_BLACKBOX=10m has it last longer.
func TestNothingIsAcceptedAfterItWasTakenBack(t *testing.T) {
	t.Parallel()
	f := setUp(t, Plan{Daemons: 3, Clients: 6, Services: 2})
	f.underFaults(t, f.lock)
}

func (f *trial) underFaults(t *testing.T, lock func(context.Context, time.Duration) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length(t))
	defer cancel()
	nemesis := Nemesis{In: f.Installation, Seed: f.seed, Lock: lock}
	traffic := Traffic{In: f.Installation, Seed: f.seed, Rate: rate()}
	var running sync.WaitGroup
	begun := time.Now()
	running.Go(func() { traffic.Run(ctx) })
	if err := nemesis.Run(ctx); err != nil {
		t.Errorf("seed %d: %v", f.seed, err)
	}
	running.Wait()
	traffic.End(t.Context())
	t.Logf("faults: %v", nemesis.Faults)
	f.report(t, nemesis, f.judged(t), time.Since(begun))
}

// rate is in lives a second. A long run has the machine for itself, and is to come to 200,000 judged calls in 12 minutes.
func rate() float64 {
	if os.Getenv("INTROSPECTD_BLACKBOX") == "" {
		return 6
	}
	return 8
}
