//go:build linux && !race

package blackbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

var onPostgreSQL = []string{
	"P20 queued while stopped", "P16 repeated elsewhere", "P17 killed before the answer", "killed idle", "paused for 0.9 of a lease",
	"hung up", "P26 while refreshing", "P26 while exchanging", "on the command line", "P18 a guard that is cut off",
}

const unheard = "P9 P39 a commit unheard of"

var ofTheStore = map[string]check{
	"cut from the store": {0, 6, CutFromTheStore},
	unheard:              {0, 8, CommitUnheard},
	backendsEnded:        {0, 4, BackendsEnded},
	headLocked:           {0, 2, WhileLocked(2200 * time.Millisecond)},
	restored:             {0, 1, Restored},
	whileSlow:            {0, 2, WhileSlow},
}

const (
	backendsEnded = "P4 backends ended"
	headLocked    = "P39 the head locked for two waits"
	restored      = "P6 restored"
	whileSlow     = "P1 begun first and committed last"
)

// unbounded are schedules in which the database, or the way there, keeps the one who takes back waiting, which is not what W is about.
var unbounded = []string{unheard, backendsEnded, headLocked, restored, whileSlow}

// lockHead is another process that holds the row from which the numbers of the log are taken, as somebody does who types BEGIN; UPDATE.
func (f *trial) lockHead(ctx context.Context, hold time.Duration) error {
	return f.sql(ctx, `BEGIN`, `SELECT seq FROM head WHERE one = 1 FOR UPDATE`, fmt.Sprintf(`SELECT pg_sleep(%f)`, hold.Seconds()), `ROLLBACK`)
}

func (f *trial) sql(ctx context.Context, statements ...string) error {
	return pgtest.Run(ctx, f.database, statements...)
}

// TestTheFencesHoldOnPostgreSQL holds schedules on three daemons, each with a link of its own to the database.
func TestTheFencesHoldOnPostgreSQL(t *testing.T) {
	t.Parallel()
	program(t)
	service(t)
	pgtest.Shared(t)
	all := maps.Clone(ofTheStore)
	for _, name := range onPostgreSQL {
		all[name] = directed[name]
	}
	sideBySide(t, all, func(t *testing.T, name string, c check) {
		f := setUp(t, Plan{Database: pgtest.Database(t), Daemons: 3, Clients: 4, Services: c.services})
		f.scheduled(t, c.rounds, c.do)
		f.judged(t)
		if !slices.Contains(unbounded, name) {
			f.bounded(t)
		}
	})
}

// bounded holds what was done to the promise that it takes no longer than W, whoever else is dead or unheard of. Other installations use the same
// processors: twice the slack. [CommitUnheard] looks at that itself, since there the one who takes back is unheard of.
func (f *trial) bounded(t *testing.T) {
	t.Helper()
	for _, o := range f.History().Ops {
		if o.Key != "" && o.Outcome == Done && o.Took() > f.Wait()+2*slack {
			t.Errorf("took %v, more than W: %v", o.Took(), o)
		}
	}
}

// TestNothingIsAcceptedOnPostgreSQLAfterItWasTakenBack is traffic under random faults.
func TestNothingIsAcceptedOnPostgreSQLAfterItWasTakenBack(t *testing.T) {
	t.Parallel()
	program(t)
	f := setUp(t, Plan{Database: pgtest.Database(t), Daemons: 3, Clients: 6, Services: 2})
	f.underFaults(t, f.lockHead)
}

// TestNothingAcknowledgedIsLostOnPostgreSQL kills everybody at once, every process of the database included, in the midst of traffic, and holds them to
// what they said before.
func TestNothingAcknowledgedIsLostOnPostgreSQL(t *testing.T) {
	t.Parallel()
	program(t)
	cluster, f := onOwnCluster(t, Plan{Daemons: 2})
	traffic := Traffic{In: f.Installation, Seed: f.seed, Rate: 6}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { traffic.Run(ctx) })
	for n := range 2 {
		time.Sleep(time.Duration(1500+370*n) * time.Millisecond)
		f.Note("everybody is killed")
		var all sync.WaitGroup
		all.Go(func() {
			if err := cluster.Signal(syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		})
		for _, d := range f.Daemons {
			all.Go(func() {
				if err := d.Kill(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if err := cluster.Restart(); err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Daemons {
			if err := d.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	time.Sleep(time.Second)
	cancel()
	running.Wait()
	traffic.End(t.Context())
	f.judged(t)
}

// ownCluster is a server that a test may kill.
func ownCluster(t *testing.T) *pgtest.Cluster {
	t.Helper()
	cluster, err := pgtest.Start()
	if errors.Is(err, pgtest.ErrMissing) {
		pgtest.Shared(t) // it knows whether that may be
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	return cluster
}

// onOwnCluster is an installation on such a server.
func onOwnCluster(t *testing.T, p Plan) (*pgtest.Cluster, *trial) {
	t.Helper()
	cluster := ownCluster(t)
	return cluster, on(t, cluster, p)
}

func on(t *testing.T, cluster *pgtest.Cluster, p Plan) *trial {
	t.Helper()
	url, _, err := cluster.Create()
	if err != nil {
		t.Fatal(err)
	}
	p.Database = url
	return setUp(t, p)
}

// onFollowed is an installation on a server that another one follows.
func onFollowed(t *testing.T, p Plan) *trial {
	t.Helper()
	cluster := ownCluster(t)
	follower, err := cluster.Follow()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(follower.Stop)
	address, err := follower.Address()
	if err != nil {
		t.Fatal(err)
	}
	f := on(t, cluster, p)
	f.replica = &Replica{Address: address, Hold: follower.Hold, Release: follower.Release}
	return f
}

// TestAReplicaIsNotTakenForTheDatabase has daemons find one where the database was.
func TestAReplicaIsNotTakenForTheDatabase(t *testing.T) {
	t.Parallel()
	program(t)
	f := onFollowed(t, Plan{Daemons: 3})
	f.scheduled(t, replica.rounds, replica.do)
	f.judged(t)
	f.bounded(t)
}

var replica = check{0, 4, FromAReplica}

const fromAReplica = "P5 from a replica"

// TestAStoppedDatabaseIsNoAnswer stops every process of a server for longer than W, with questions and takings-back on their way.
func TestAStoppedDatabaseIsNoAnswer(t *testing.T) {
	t.Parallel()
	program(t)
	cluster, f := onOwnCluster(t, Plan{Daemons: 2})
	f.scheduled(t, 2, func(ctx context.Context, r *Round) error {
		s, err := r.opened(ctx)
		if err != nil {
			return err
		}
		if err := cluster.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		f.Note("the database is stopped")
		var taking sync.WaitGroup
		taking.Go(func() { r.TakeBack(ctx, r.A, r.anyWay(s)) })
		time.Sleep(f.Wait())
		for _, p := range f.Everybody() {
			if o := f.Ask(ctx, p, s.First); o.Outcome == Active {
				t.Errorf("believed for longer than a lease: %v", o)
			}
		}
		f.Note("the database goes on")
		err = cluster.Signal(syscall.SIGCONT)
		taking.Wait()
		if err := errors.Join(err, r.recovered(ctx, r.A), r.recovered(ctx, r.B)); err != nil {
			return err
		}
		r.TakeBack(ctx, r.B, Taking{By: BySession, Token: s.First})
		r.Asks.Ask(ctx, r.Everybody(), s.First)
		return nil
	})
	f.judged(t)
}
