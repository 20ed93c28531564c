//go:build linux

package blackbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// BackendsEnded has the server end all connections again and again, as an operator or a pooler does, while somebody takes back and everybody is asked
// (pitfall P4: also those over which hints come).
func BackendsEnded(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	storm := Storm{In: r.Installation, Asks: r.Asks, Seed: r.Random.Uint64(), Racers: r.Random.IntN(2)}
	storm.Begin(ctx, s, s.First)
	ending, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	var ended error
	running.Go(func() {
		for ending.Err() == nil {
			ended = errors.Join(ended, r.SQL(ctx, endAll))
			time.Sleep(time.Duration(5+r.Number%3*20) * time.Millisecond)
		}
	})
	r.Note("connections are ended")
	what := r.anyWay(s)
	for range 3 {
		if r.TakeBack(ctx, r.A, what).Outcome == Done {
			break
		}
	}
	stop()
	running.Wait()
	r.Note("no more connections are ended")
	tokens := storm.End()
	r.TakeBack(ctx, r.C, Taking{By: BySession, Token: s.First})
	r.Asks.Ask(ctx, r.Everybody(), tokens...)
	return errors.Join(ended, r.recovered(ctx, r.A), r.recovered(ctx, r.B))
}

// endAll leaves out who says it.
const endAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`

// slowLink is what a message to the database and its answer take each, and others how many take back meanwhile, one every so often.
const (
	slowLink   = 80 * time.Millisecond
	others     = 24
	othersWait = 50 * time.Millisecond
)

// WhileSlow takes back at A, far from the database, and again and again at C, near to it: what is begun first is committed last, and whoever reads
// the log in between must not have passed it by (pitfall P1).
func WhileSlow(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	quick := make([]*Session, others)
	for i := range quick {
		if quick[i], err = r.open(ctx, r.C, fmt.Sprintf("-%d", i)); err != nil {
			return err
		}
	}
	r.A.Store.Both(Passage{Delay: slowLink})
	r.Note("%s is far from the database", r.A.Label)
	slow := make(chan struct{})
	var taking sync.WaitGroup
	taking.Go(func() {
		defer close(slow)
		r.TakeBack(ctx, r.A, Taking{By: BySession, Token: s.First})
		r.Asks.Ask(ctx, append(Many(r.B.Kept(), queued/4), r.C.Kept()), s.First)
	})
	for _, q := range quick {
		taking.Go(func() { r.TakeBack(ctx, r.C, Taking{By: BySession, Token: q.First}) })
		select {
		case <-slow:
		case <-time.After(othersWait):
		}
	}
	taking.Wait()
	r.A.Store.Both(Passage{})
	for _, q := range quick {
		r.Asks.Ask(ctx, []Party{r.A.Kept(), r.B.Kept(), r.C.Fresh()}, q.First)
	}
	return r.recovered(ctx, r.A)
}

// tables are all that a copy has to have.
var tables = []string{"sessions", "tokens", "barriers", "entries", "holders"}

// Restored takes back, and then puts the database back to where it was before, under the daemons that run (pitfall P6). What they have seen they
// know: nobody may say active again, whatever the database says. What is taken back then gets a number that they have seen on something else: it
// must not be believed to have reached them. The installation is of no use afterwards.
func Restored(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	later, err := r.open(ctx, r.A, "-later")
	if err != nil {
		return err
	}
	r.Asks.Ask(ctx, r.Everybody(), later.First)()
	keep := []string{`CREATE SCHEMA kept`, `CREATE TABLE kept.head AS TABLE head`}
	for _, t := range tables {
		keep = append(keep, `CREATE TABLE kept.`+t+` AS TABLE `+t)
	}
	if err := r.SQL(ctx, keep...); err != nil {
		return err
	}
	if o := r.TakeBack(ctx, r.A, Taking{By: BySession, Token: s.First}); o.Outcome != Done {
		return errors.New("it was not taken back")
	}
	r.Asks.Ask(ctx, r.Everybody(), s.First)()
	back := []string{`BEGIN`, `UPDATE head SET seq = k.seq, floor = k.floor, registry = k.registry FROM kept.head k`}
	for i := range tables {
		back = append(back, `DELETE FROM `+tables[len(tables)-1-i])
	}
	for _, t := range tables {
		back = append(back, `INSERT INTO `+t+` SELECT * FROM kept.`+t)
	}
	if err := r.SQL(ctx, append(back, `COMMIT`, endAll)...); err != nil {
		return err
	}
	r.Note("the database is as it was before")
	for range 10 { // afterwards everybody has looked, or his lease is over
		r.Asks.Ask(ctx, r.Everybody(), s.First)
		time.Sleep(r.Lease / 5)
	}
	r.TakeBack(ctx, r.A, Taking{By: BySession, Token: later.First})
	r.Asks.Ask(ctx, r.Everybody(), later.First)
	r.Asks.Ask(ctx, append(Many(r.A.Kept(), queued), Many(r.B.Fresh(), queued/4)...), s.First)
	return nil
}
