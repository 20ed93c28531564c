//go:build linux

package blackbox

import (
	"context"
	"errors"
	"sync"
	"time"
)

// QueuedWhileStopped has B find questions that came after a taking-back had returned when it goes on (pitfall P20).
func QueuedWhileStopped(ctx context.Context, r *Round) error {
	return r.whileBIsStopped(ctx, func(s *Session) error {
		r.TakeBack(ctx, r.A, r.anyWay(s))
		r.queue(ctx, s.First)
		return nil
	})
}

// RepeatedElsewhere kills the one that takes back after its commit, while B is stopped, and takes back the same at C (pitfall P16).
func RepeatedElsewhere(ctx context.Context, r *Round) error {
	killed := false
	err := r.whileBIsStopped(ctx, func(s *Session) error {
		what := atAnybody(r.anyWay(s))
		var first sync.WaitGroup
		first.Go(func() { r.TakeBack(ctx, r.A, what) })
		err := r.until("the first taking-back is seen", func() bool { return r.Ask(ctx, r.C.Fresh(), s.First).Outcome == Inactive })
		killed = true
		err = errors.Join(err, r.A.Kill())
		first.Wait()
		if err == nil {
			r.TakeBack(ctx, r.C, what)
			r.queue(ctx, s.First)
		}
		return err
	})
	if killed { // not before B goes on, whose lease may still live
		err = errors.Join(err, r.A.Start(ctx))
	}
	return err
}

// atAnybody is a way that can be gone twice: a logout is by a token, which nobody takes for good when it is none any more.
func atAnybody(what Taking) Taking {
	if what.By == ByLogout {
		what.By = BySession
	}
	return what
}

// KilledBeforeTheAnswer kills the one that takes back somewhere between the call and the answer, which B holds up, and starts it again at once
// (pitfall P17).
func KilledBeforeTheAnswer(ctx context.Context, r *Round) error {
	return r.whileBIsStopped(ctx, func(s *Session) error {
		what := r.anyWay(s)
		var first sync.WaitGroup
		first.Go(func() { r.TakeBack(ctx, r.A, what) })
		time.Sleep(time.Duration(r.Random.IntN(20)) * time.Millisecond)
		err := r.A.Kill()
		first.Wait()
		if err := errors.Join(err, r.A.Start(ctx)); err != nil {
			return err
		}
		r.Asks.Ask(ctx, []Party{r.A.Kept(), r.C.Kept()}, s.First)() // whatever it is now, it stays so or becomes inactive
		r.TakeBack(ctx, r.A, what)
		r.queue(ctx, s.First)
		r.Asks.Ask(ctx, []Party{r.A.Kept(), r.A.Fresh(), r.C.Kept()}, s.First)
		return nil
	})
}

// KilledIdle kills B while it has a lease that nobody knows to be over, starts it again at once, and takes back meanwhile.
func KilledIdle(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	if err := r.B.Kill(); err != nil {
		return err
	}
	var taking sync.WaitGroup
	taking.Go(func() {
		r.TakeBack(ctx, r.A, r.anyWay(s))
		r.Asks.Ask(ctx, r.Everybody(), s.First)
	})
	time.Sleep(time.Duration(r.Random.IntN(100)) * time.Millisecond)
	err = r.B.Start(ctx)
	r.Asks.Ask(ctx, Many(r.B.Kept(), queued), s.First)
	taking.Wait()
	r.Asks.Ask(ctx, r.Everybody(), s.First)
	return err
}

// Paused stops B for a time, takes back meanwhile, and asks it as soon as it goes on.
func Paused(leases float64) Schedule {
	return func(ctx context.Context, r *Round) error {
		var of *Session
		var taking sync.WaitGroup
		err := r.whileBIsStopped(ctx, func(s *Session) error {
			of = s
			taking.Go(func() {
				r.TakeBack(ctx, r.A, r.anyWay(s))
				r.Asks.Ask(ctx, r.Everybody(), s.First)
			})
			time.Sleep(time.Duration(leases * float64(r.Lease)))
			r.queue(ctx, s.First)
			return nil
		})
		taking.Wait()
		if of != nil {
			r.Asks.Ask(ctx, r.Everybody(), of.First)
		}
		return err
	}
}

// HungUp has the one who takes back hang up, or lose the answer on its way; the change goes on. Then it is taken back once more.
func HungUp(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	what := r.anyWay(s)
	if r.Random.IntN(2) == 0 {
		r.A.Link.Set(Down, Passage{Cut: 1 + r.Random.IntN(200)})
		r.TakeBack(ctx, r.A, what)
		r.A.Link.Set(Down, Passage{})
	} else {
		impatient, cancel := context.WithTimeout(ctx, time.Duration(r.Random.IntN(8000))*time.Microsecond)
		r.TakeBack(impatient, r.A, what)
		cancel()
	}
	r.Asks.Ask(ctx, []Party{r.A.Kept(), r.B.Kept(), r.C.Kept()}, s.First)
	r.TakeBack(ctx, r.C, atAnybody(what))
	r.Asks.Ask(ctx, append(r.Everybody(), Many(r.B.Kept(), queued/4)...), s.First)
	return nil
}

// WhileRefreshing races refreshes with each way of taking back (pitfall P26).
func WhileRefreshing(ctx context.Context, r *Round) error {
	client, by := r.Clients[0], Way(r.Random.IntN(int(ByClient)))
	if n := r.Random.IntN(len(r.Clients)); n > 0 { // one client after the other is shut out
		client, by = r.Clients[n], ByClient
	}
	var s *Session
	var err error
	if by == ByClient {
		s = r.A.Open(ctx, r.Subject, client)
	} else {
		s, err = r.open(ctx, r.A, "")
	}
	if s == nil {
		return err // no error: this client is shut out already
	}
	storm := Storm{In: r.Installation, Asks: r.Asks, Seed: r.Random.Uint64(), Racers: 1 + r.Random.IntN(2)}
	storm.Begin(ctx, s, s.First)
	time.Sleep(time.Duration(r.Random.IntN(30)) * time.Millisecond)
	var k Taker = r.B
	if by == ByClient || by == BySubject && r.Random.IntN(2) == 0 {
		k = r.CommandLine()
	}
	r.TakeBack(ctx, k, Taking{by, s.First, s.Refresh})
	for _, t := range storm.End() {
		r.Asks.Ask(ctx, r.Everybody(), t)
	}
	return nil
}

// OnTheCommandLine ends sessions by commands beside the daemons, of which B is stopped now and then.
func OnTheCommandLine(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	end := func() error {
		r.TakeBack(ctx, r.CommandLine(), Taking{By: []Way{BySession, BySubject}[r.Random.IntN(2)], Token: s.First})
		r.queue(ctx, s.First)
		r.Asks.Ask(ctx, []Party{r.A.Kept(), r.A.Fresh(), r.C.Kept()}, s.First)
		return nil
	}
	if r.Random.IntN(3) == 0 {
		return whileStopped(r.B, end)
	}
	return end()
}

// WhileLocked has another process lock the database for a time, while everybody asks and takes back. What was not done is repeated afterwards.
func WhileLocked(hold time.Duration) Schedule {
	return func(ctx context.Context, r *Round) error {
		before, err := r.opened(ctx)
		if err != nil {
			return err
		}
		r.TakeBack(ctx, r.A, r.anyWay(before))
		s, err := r.open(ctx, r.A, "-locked")
		if err != nil {
			return err
		}
		r.Asks.Ask(ctx, r.Everybody(), s.First)() // who remembers it has to hear of what becomes of it
		var locking, taking sync.WaitGroup
		var locked error
		locking.Go(func() { locked = r.Lock(ctx, hold) })
		time.Sleep(100 * time.Millisecond)
		what := Taking{By: BySession, Token: s.First}
		taking.Go(func() { r.TakeBack(ctx, r.A, what) })
		for range 20 {
			r.Asks.Ask(ctx, r.Everybody(), s.First, before.First)
			time.Sleep(hold / 20)
		}
		locking.Wait()
		taking.Wait()
		r.TakeBack(ctx, r.B, what)
		r.Asks.Ask(ctx, r.Everybody(), s.First, before.First)
		return locked
	}
}

// CutOff holds up, loses or delays what goes to B, comes from it, or both, while it is asked and something is taken back there and at A.
func CutOff(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	p := []Passage{{Hold: true}, {Lose: true}, {Delay: 100 * time.Millisecond}}[r.Random.IntN(3)]
	if d := r.Random.IntN(3); d < 2 {
		r.B.Link.Set(Direction(d), p)
		r.Note("%v on the way %d of %s", p, d, r.B.Label)
	} else {
		r.B.Link.Both(p)
		r.Note("%v on both ways of %s", p, r.B.Label)
	}
	r.Asks.Ask(ctx, Many(r.B.Kept(), 8), s.First) // some of these are answered long after
	impatient, cancel := context.WithTimeout(ctx, r.Lease/4)
	defer cancel()
	r.TakeBack(impatient, r.B, Taking{By: ByToken, Token: s.First})
	r.TakeBack(ctx, r.A, r.anyWay(s))
	r.Asks.Ask(ctx, append(Many(r.B.Kept(), 8), r.B.Fresh(), r.A.Kept(), r.C.Kept()), s.First)
	time.Sleep(time.Duration(r.Random.IntN(400)) * time.Millisecond)
	r.B.Link.Both(Passage{})
	if p.Lose {
		r.B.Link.Cut() // nobody would ever hear of them
	}
	return nil
}
