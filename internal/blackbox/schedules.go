//go:build linux

package blackbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Schedule is one round of something that is done to an installation. It records, and leaves it to the judge and to its caller what to make of that.
// An error means that the round could not be held.
type Schedule func(ctx context.Context, r *Round) error

// Round is what a schedule works on. Daemons are in random order, and all of them run before and after each round.
type Round struct {
	*Installation
	Number  int
	Asks    *Asks
	Random  *rand.Rand
	A, B, C *Daemon // C is A when there are only two
	Subject string
	// Lock locks the database for a time, as another process would. Nil: it cannot be locked from outside.
	Lock func(ctx context.Context, hold time.Duration) error
	// SQL runs statements on a connection of its own, past all links. Nil: there is no server.
	SQL func(ctx context.Context, statements ...string) error
}

// Rounds holds a schedule several times.
func Rounds(ctx context.Context, in *Installation, seed uint64, rounds int, schedule Schedule) error {
	random := rand.New(rand.NewPCG(seed, 0))
	r := &Round{Installation: in, Asks: NewAsks(in), Random: random}
	for n := range rounds {
		order := random.Perm(len(in.Daemons))
		r.A, r.B, r.C = in.Daemons[order[0]], in.Daemons[order[1%len(order)]], in.Daemons[order[len(order)-1]]
		if len(order) == 2 {
			r.C = r.A
		}
		r.Number = n
		r.Subject = fmt.Sprintf("user-%d", n)
		in.Note("round %d: A is %s, B is %s, C is %s", n, r.A.Label, r.B.Label, r.C.Label)
		err := schedule(ctx, r)
		r.Asks.Wait()
		if err != nil {
			return fmt.Errorf("round %d: %w", n, err)
		}
	}
	return nil
}

// queued is how many questions wait in the sockets of a stopped daemon: enough that some are answered before anything else runs there.
const queued = 40

// opened is a session at A, whose token B remembers on many connections.
func (r *Round) opened(ctx context.Context) (*Session, error) {
	s := r.A.Open(ctx, r.Subject, r.Clients[0])
	if s == nil {
		return nil, errors.New("a session could not be opened")
	}
	r.Asks.Ask(ctx, Many(r.B.Kept(), queued), s.First)()
	r.Asks.Ask(ctx, []Party{r.A.Kept(), r.C.Kept()}, s.First)()
	return s, nil
}

// anyWay is one that HTTP knows.
func (r *Round) anyWay(s *Session) Taking {
	return Taking{Way(r.Random.IntN(int(ByClient))), s.First, s.Refresh}
}

// queue asks B on all its connections and on some new ones, while it is stopped.
func (r *Round) queue(ctx context.Context, t *Token) {
	r.Asks.Ask(ctx, append(Many(r.B.Kept(), queued), Many(r.B.Fresh(), queued/4)...), t)
	time.Sleep(30 * time.Millisecond) // they are in its sockets
}

// QueuedWhileStopped has B find questions that came after a taking-back had returned when it goes on (pitfall P20).
func QueuedWhileStopped(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	if err := r.B.Stop(); err != nil {
		return err
	}
	r.TakeBack(ctx, r.A, r.anyWay(s))
	r.queue(ctx, s.First)
	return r.B.Continue()
}

// RepeatedElsewhere kills the one that takes back after its commit, while B is stopped, and takes back the same at C (pitfall P16).
func RepeatedElsewhere(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	if err := r.B.Stop(); err != nil {
		return err
	}
	what := r.anyWay(s)
	if what.By == ByLogout { // C would not take a token for good that is none any more
		what.By = BySession
	}
	var first sync.WaitGroup
	first.Go(func() { r.TakeBack(ctx, r.A, what) })
	committed := false
	for range 200 {
		if committed = r.Ask(ctx, r.C.Fresh(), s.First).Outcome == Inactive; committed {
			break
		}
		time.Sleep(time.Millisecond)
	}
	err = r.A.Kill()
	first.Wait()
	if err == nil && !committed {
		err = errors.New("the first taking-back was never seen")
	}
	if err == nil {
		r.TakeBack(ctx, r.C, what)
		r.queue(ctx, s.First)
	}
	return errors.Join(err, r.B.Continue(), r.A.Start(ctx))
}

// KilledBeforeTheAnswer kills the one that takes back somewhere between the call and the answer, which B holds up, and starts it again at once
// (pitfall P17).
func KilledBeforeTheAnswer(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	if err := r.B.Stop(); err != nil {
		return err
	}
	what := r.anyWay(s)
	var first sync.WaitGroup
	first.Go(func() { r.TakeBack(ctx, r.A, what) })
	time.Sleep(time.Duration(r.Random.IntN(20)) * time.Millisecond)
	err = r.A.Kill()
	first.Wait()
	if err = errors.Join(err, r.A.Start(ctx)); err != nil {
		return errors.Join(err, r.B.Continue())
	}
	r.Asks.Ask(ctx, []Party{r.A.Kept(), r.C.Kept()}, s.First)() // whatever it is now, it stays so or becomes inactive
	r.TakeBack(ctx, r.A, what)
	r.queue(ctx, s.First)
	r.Asks.Ask(ctx, []Party{r.A.Kept(), r.A.Fresh(), r.C.Kept()}, s.First)
	return r.B.Continue()
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
		s, err := r.opened(ctx)
		if err != nil {
			return err
		}
		if err := r.B.Stop(); err != nil {
			return err
		}
		var taking sync.WaitGroup
		taking.Go(func() {
			r.TakeBack(ctx, r.A, r.anyWay(s))
			r.Asks.Ask(ctx, r.Everybody(), s.First)
		})
		time.Sleep(time.Duration(leases * float64(r.Lease)))
		r.queue(ctx, s.First)
		err = r.B.Continue()
		taking.Wait()
		r.Asks.Ask(ctx, r.Everybody(), s.First)
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
	if what.By == ByLogout {
		what.By = BySession
	}
	r.TakeBack(ctx, r.C, what)
	r.Asks.Ask(ctx, append(r.Everybody(), Many(r.B.Kept(), queued/4)...), s.First)
	return nil
}

// WhileRefreshing races refreshes with each way of taking back (pitfall P26).
func WhileRefreshing(ctx context.Context, r *Round) error {
	client, by := r.Clients[0], Way(r.Random.IntN(int(ByClient)))
	if n := r.Random.IntN(len(r.Clients)); n > 0 { // one client after the other is shut out
		client, by = r.Clients[n], ByClient
	}
	s := r.A.Open(ctx, r.Subject, client)
	if s == nil {
		if by == ByClient {
			return nil // this one already is
		}
		return errors.New("a session could not be opened")
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
	stopped := r.Random.IntN(3) == 0
	if stopped {
		if err := r.B.Stop(); err != nil {
			return err
		}
	}
	r.TakeBack(ctx, r.CommandLine(), Taking{By: []Way{BySession, BySubject}[r.Random.IntN(2)], Token: s.First})
	r.queue(ctx, s.First)
	r.Asks.Ask(ctx, []Party{r.A.Kept(), r.A.Fresh(), r.C.Kept()}, s.First)
	if stopped {
		return r.B.Continue()
	}
	return nil
}

// WhileLocked has another process lock the database for a time, while everybody asks and takes back. What was not done is repeated afterwards.
func WhileLocked(hold time.Duration) Schedule {
	return func(ctx context.Context, r *Round) error {
		before, err := r.opened(ctx)
		if err != nil {
			return err
		}
		r.TakeBack(ctx, r.A, r.anyWay(before))
		s := r.A.Open(ctx, r.Subject+"-locked", r.Clients[0])
		if s == nil {
			return errors.New("a session could not be opened")
		}
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
