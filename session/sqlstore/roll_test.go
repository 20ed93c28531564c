package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sqlstore"
)

// two opens one database twice, as a daemon and a command do.
func two(t *testing.T, dsn string) (daemon, command *sqlstore.Store) {
	return openAt(t, dsn), openAt(t, dsn)
}

// takeBack disables a fresh client, which always appends an entry.
func takeBack(t *testing.T, s *sqlstore.Store, id string) session.Seq {
	t.Helper()
	if err := s.AddClient(t.Context(), caller.Client{ID: id, Roles: caller.Login}); err != nil {
		t.Fatal(err)
	}
	done, err := s.Revoke(t.Context(), session.ByClient(id), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return done.Seq
}

func renewed(t *testing.T, s *sqlstore.Store, r revocation.Renewal) revocation.Page {
	t.Helper()
	r.Holder, r.Limit = "d", 10
	p, err := s.Renew(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func onTheRoll(t *testing.T, s *sqlstore.Store) revocation.Acked {
	t.Helper()
	all, _, err := s.Holders(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("Holders = %v, %v; want one", all, err)
	}
	return all[0]
}

func TestARenewalOfSQLiteWritesWhatAnotherProcessMayWaitFor(t *testing.T) {
	daemon, command := two(t, filepath.Join(t.TempDir(), "x.db"))
	if err := daemon.Enrol(t.Context(), "d", time.Second); err != nil {
		t.Fatal(err)
	}
	log := renewed(t, daemon, revocation.Renewal{}).Log
	mine := takeBack(t, daemon, "mine")
	if p := renewed(t, daemon, revocation.Renewal{Log: log}); p.Foreign != 0 || onTheRoll(t, command).Told != mine {
		t.Errorf("told %d of its own entry, foreign %d; want %d: who repeats it elsewhere waits for that", onTheRoll(t, command).Told, p.Foreign, mine)
	}
	// Many of its own share one such write.
	next, shared := mine, false
	for n := 0; !shared && n < 100; n++ { // a busy machine may take longer over the two of them than they are put off for
		before := next
		next = takeBack(t, daemon, fmt.Sprint("mine too ", n))
		renewed(t, daemon, revocation.Renewal{Log: log, Acked: before, After: before})
		shared = onTheRoll(t, command).Told == before
	}
	if !shared {
		t.Error("each entry of its own is written down by itself")
	}
	time.Sleep(30 * time.Millisecond)
	if renewed(t, daemon, revocation.Renewal{Log: log, Acked: next, After: next}); onTheRoll(t, command) != (revocation.Acked{Holder: "d", Seq: next, Told: next}) {
		t.Errorf("on the roll: %+v; want %d a moment later", onTheRoll(t, command), next)
	}
	theirs := takeBack(t, command, "theirs")
	if p := renewed(t, daemon, revocation.Renewal{Log: log, Acked: next, After: next}); p.Foreign != theirs {
		t.Errorf("foreign %d, want %d", p.Foreign, theirs)
	}
	if got := onTheRoll(t, command); got.Told != theirs || got.Seq != next {
		t.Errorf("on the roll: %+v; want told %d and acknowledged %d", got, theirs, next)
	}
	renewed(t, daemon, revocation.Renewal{Log: log, Acked: theirs, After: theirs})
	if got := onTheRoll(t, command); got.Seq != theirs {
		t.Errorf("acknowledged %d, want %d", got.Seq, theirs)
	}
	renewed(t, daemon, revocation.Renewal{Log: "another", Acked: theirs + 5, After: theirs})
	if got := onTheRoll(t, command); got.Seq != theirs {
		t.Errorf("acknowledged %d in another log, want %d still", got.Seq, theirs)
	}
}

// A holder that was silent for long and renewed just before it was to be struck has a lease, for which the next taking-back must wait.
func TestWhoRenewedInTimeIsNotStruck(t *testing.T) { onEach(t, whoRenewedInTimeIsNotStruck) }

func whoRenewedInTimeIsNotStruck(t *testing.T, dsn string) {
	daemon, command := two(t, dsn)
	if err := daemon.Enrol(t.Context(), "d", time.Second); err != nil {
		t.Fatal(err)
	}
	seq := takeBack(t, command, "one")
	p := renewed(t, daemon, revocation.Renewal{})
	for _, log := range []string{p.Log, "another"} {
		if err := command.Strike(t.Context(), log, seq, "d"); err != nil {
			t.Fatal(err)
		}
	}
	if got := onTheRoll(t, command); got.Told != seq {
		t.Errorf("told %d, want %d", got.Told, seq)
	}
	later := takeBack(t, command, "two")
	if err := command.Strike(t.Context(), p.Log, later, "d"); err != nil {
		t.Fatal(err)
	}
	if _, err := daemon.Renew(t.Context(), revocation.Renewal{Holder: "d", Limit: 10}); !errors.Is(err, revocation.ErrStruck) {
		t.Errorf("Renew of a struck holder = %v, want ErrStruck", err)
	}
}

func TestACommandSettlesWithADaemon(t *testing.T) { onEach(t, aCommandSettlesWithADaemon) }

func aCommandSettlesWithADaemon(t *testing.T, dsn string) {
	daemon, command := two(t, dsn)
	const lease = 10 * time.Second // no machine stands still for so long
	node, err := revocation.NewNode(revocation.NodeConfig{Log: daemon, Roll: daemon, Lease: lease})
	if err != nil {
		t.Fatal(err)
	}
	following(t, node)
	if err := node.Fresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	fastest := lease
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		seq := takeBack(t, command, id)
		begun := time.Now()
		if err := revocation.Await(t.Context(), command, seq, lease, revocation.Boottime); err != nil {
			t.Fatal(err)
		}
		fastest = min(fastest, time.Since(begun))
		if node.Set().Applied() < seq {
			t.Fatalf("settled, but the daemon has applied %d and not %d", node.Set().Applied(), seq)
		}
	}
	if fastest > 500*time.Millisecond { // of five, since others may be busy here
		t.Errorf("settling in health took %v at best", fastest)
	}
}

// Behind a load balancer a logout is repeated at another node. Nobody is to be waited for long, and nobody struck, for that.
func TestATakingBackThatIsRepeatedElsewhereSettlesAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, at string) {
		daemon, command := two(t, at)
		const lease = 10 * time.Second
		node, err := revocation.NewNode(revocation.NodeConfig{Log: daemon, Roll: daemon, Lease: lease})
		if err != nil {
			t.Fatal(err)
		}
		following(t, node)
		if err := node.Fresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		seq := takeBack(t, daemon, "a")
		if err := node.Settle(t.Context(), seq); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if err := revocation.Await(t.Context(), command, seq, lease, revocation.Boottime); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took > lease/2 {
			t.Errorf("repeating it took %v, with a lease of %v", took, lease)
		}
		if all, _, err := command.Holders(t.Context()); err != nil || len(all) != 1 {
			t.Errorf("Holders = %v, %v; want the node", all, err)
		}
	})
}

func TestADeadDaemonCostsTheWaitOnce(t *testing.T) { onEach(t, aDeadDaemonCostsTheWaitOnce) }

func aDeadDaemonCostsTheWaitOnce(t *testing.T, dsn string) {
	_, command := two(t, dsn)
	const lease = 200 * time.Millisecond
	if err := command.Enrol(t.Context(), "killed", lease); err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ least, most time.Duration }{{lease, revocation.Wait(lease) + 50*time.Millisecond}, {0, 50 * time.Millisecond}} {
		seq := takeBack(t, command, string(rune('a'+i)))
		var clock revocation.Instant // goes on with each look at it, so that a machine that stands still costs no time
		tick := func() revocation.Instant { clock = clock.Add(5 * time.Millisecond); return clock }
		if err := revocation.Await(t.Context(), command, seq, lease, tick); err != nil {
			t.Fatal(err)
		}
		if took := clock.Sub(0); took < want.least || took > want.most {
			t.Errorf("taking-back %d settled after %v, want between %v and %v", i+1, took, want.least, want.most)
		}
	}
}

func TestADaemonThatLeavesIsNotWaitedFor(t *testing.T) { onEach(t, aDaemonThatLeavesIsNotWaitedFor) }

func aDaemonThatLeavesIsNotWaitedFor(t *testing.T, dsn string) {
	daemon, command := two(t, dsn)
	node, err := revocation.NewNode(revocation.NodeConfig{Log: daemon, Roll: daemon})
	if err != nil {
		t.Fatal(err)
	}
	stop := following(t, node)
	if err := node.Fresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop()
	if all, _, err := command.Holders(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("Holders = %v, %v; want nobody", all, err)
	}
	if node.Believable() {
		t.Error("believes what nobody waits for")
	}
}

// following has a node follow until the test ends, or stop is called.
func following(t *testing.T, n *revocation.Node) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := n.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}
