//go:build linux

package blackbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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
	// Replica follows the database's server. Nil: there is none.
	Replica *Replica
}

// Replica is a server that only follows another.
type Replica struct {
	Address string
	// Hold has it stand still, once it has all that was written so far. Release has it go on.
	Hold, Release func(ctx context.Context) error
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
	s, err := r.open(ctx, r.A, "")
	if err != nil {
		return nil, err
	}
	r.Asks.Ask(ctx, Many(r.B.Kept(), queued), s.First)()
	r.Asks.Ask(ctx, []Party{r.A.Kept(), r.C.Kept()}, s.First)()
	return s, nil
}

// open is a session of another subject of this round. The round before may have left connections cut off and daemons that have no lease yet: that
// is over soon.
func (r *Round) open(ctx context.Context, at *Daemon, subject string) (s *Session, err error) {
	err = r.until("a session is opened", func() bool {
		s = at.Open(ctx, r.Subject+subject, r.Clients[0])
		return s != nil
	})
	return s, err
}

// anyWay is one that HTTP knows.
func (r *Round) anyWay(s *Session) Taking {
	return Taking{Way(r.Random.IntN(int(ByClient))), s.First, s.Refresh}
}

// queue asks B on all its connections and on some new ones, while it is stopped.
func (r *Round) queue(ctx context.Context, t *Token) {
	r.Asks.Ask(ctx, append(Many(r.B.Kept(), queued), Many(r.B.Fresh(), queued/4)...), t)
	time.Sleep(inSockets)
}

// inSockets is about how long it takes until questions are where they wait. Those that are not there by then are asked a little later.
const inSockets = 30 * time.Millisecond

// stoppable is a process of ours, of a daemon or a service.
type stoppable interface {
	Stop() error
	Continue() error
}

// whileStopped gives somebody no time while something is done. Whatever comes of that, he goes on afterwards.
func whileStopped(who stoppable, do func() error) error {
	if err := who.Stop(); err != nil {
		return err
	}
	return errors.Join(do(), who.Continue())
}

// whileBIsStopped is for a session at A that B remembers.
func (r *Round) whileBIsStopped(ctx context.Context, do func(s *Session) error) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	return whileStopped(r.B, func() error { return do(s) })
}

// patient is how many leases a round waits for what comes of itself: far longer than it can take.
const patient = 60

// until looks again and again whether something is so.
func (r *Round) until(what string, so func() bool) error {
	for since := r.Now(); !so(); time.Sleep(r.Lease / 200) {
		if time.Duration(r.Now()-since) > patient*r.Lease {
			return fmt.Errorf("for %v it was not so: %s", patient*r.Lease, what)
		}
	}
	return nil
}
