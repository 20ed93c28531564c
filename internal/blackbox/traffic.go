//go:build linux

package blackbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Traffic is what people do all day, in bounded numbers: they log in, their tokens are asked about and refreshed, and they log out in one of the
// ways, while others ask and refresh. What a life consists of follows from the seed and its number.
type Traffic struct {
	In   *Installation
	Seed uint64
	// Rate is lives a second, each of about 30 requests.
	Rate float64

	asks  *Asks
	lives sync.WaitGroup

	mu    sync.Mutex
	spare []string // guarded by mu: clients that may be disabled
	late  []*Token // guarded by mu: tokens of the last lives
}

// lateTokens bounds what is asked about once more at the end, and lateAtOnce how many questions that is for one party at a time: who is asked about
// the work of a key that he does not know any more looks for it first, which takes him a moment.
const lateTokens, lateAtOnce = 600, askedAtOnce / 2

// A key is taken back once in a short run, and in a long one so seldom that services know the next one by then.
const keyEvery, keyFirst = 400, 35

// Run begins lives until ctx ends, and waits for their end. Then everybody is asked once more about the last tokens.
func (f *Traffic) Run(ctx context.Context) {
	f.asks, f.spare = NewAsks(f.In), append([]string(nil), f.In.Clients[1:]...)
	tick := time.NewTicker(time.Duration(float64(time.Second) / f.Rate))
	defer tick.Stop()
	beyond := context.WithoutCancel(ctx) // lives are led to their end
	for n := uint64(0); ctx.Err() == nil; n++ {
		f.lives.Go(func() { f.life(beyond, n) })
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// End waits for all lives, and asks everybody once more. Call it when all faults are over.
func (f *Traffic) End(ctx context.Context) {
	f.lives.Wait()
	f.asks.Wait()
	f.mu.Lock()
	late := f.late
	f.mu.Unlock()
	for some := range slices.Chunk(late, lateAtOnce) {
		f.asks.Ask(ctx, f.In.Everybody(), some...)()
	}
}

// way chooses how a life is to end, and which client it belongs to.
func (f *Traffic) way(n uint64, random *rand.Rand) (Way, string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n%40 == 20 && len(f.spare) > 0 {
		client := f.spare[0]
		f.spare = f.spare[1:]
		return ByClient, client
	}
	if n%keyEvery == keyFirst && len(f.In.Services) > 0 {
		return ByKey, f.In.Clients[0]
	}
	return Way(random.IntN(int(ByClient))), f.In.Clients[0]
}

func (f *Traffic) life(ctx context.Context, n uint64) {
	random := rand.New(rand.NewPCG(f.Seed, n))
	anybody := func() *Daemon { return f.In.Daemons[random.IntN(len(f.In.Daemons))] }
	by, client := f.way(n, random)
	s := f.open(ctx, anybody(), fmt.Sprintf("user-%d", n), client)
	if s == nil {
		return
	}
	tokens := []*Token{s.First}
	f.asks.Ask(ctx, f.kept(), tokens...)
	if random.IntN(2) == 0 {
		if next := f.next(ctx, anybody(), s); next != nil {
			s, tokens = next, append(tokens, next.First)
			f.asks.Ask(ctx, f.kept(), next.First)
		}
	}
	defer func() { f.remember(tokens) }()
	if random.IntN(8) == 0 {
		return // stays logged in
	}
	time.Sleep(time.Duration(random.IntN(100)) * time.Millisecond)
	storm := Storm{In: f.In, Asks: f.asks, Seed: f.Seed ^ n, Racers: random.IntN(3)}
	storm.Begin(ctx, s, tokens...)
	if by == ByKey && random.IntN(2) == 0 {
		f.rotate(ctx, true) // then it is not the one that signs any more
	}
	done := f.takeBack(ctx, Taking{by, s.First, s.Refresh}, random)
	if by == ByKey {
		f.rotate(ctx, false)
	}
	tokens = storm.End()
	if done {
		covered := tokens
		if by == ByToken {
			covered = []*Token{s.First}
		}
		f.asks.Ask(ctx, f.In.Everybody(), covered[max(0, len(covered)-3):]...)
	}
}

// patience is how long a client waits for a change.
const patience = 12 * time.Second

func (f *Traffic) open(ctx context.Context, d *Daemon, subject, client string) *Session {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return d.Open(ctx, subject, client)
}

func (f *Traffic) next(ctx context.Context, d *Daemon, s *Session) *Session {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return d.Next(ctx, s)
}

// takeBack repeats what was not answered, elsewhere.
func (f *Traffic) takeBack(ctx context.Context, what Taking, random *rand.Rand) bool {
	for range 4 {
		var k Taker = f.In.Daemons[random.IntN(len(f.In.Daemons))]
		if what.By == ByClient || what.By == ByKey || (what.By == BySession || what.By == BySubject) && random.IntN(6) == 0 {
			k = f.In.CommandLine()
		}
		ctx, cancel := context.WithTimeout(ctx, patience)
		o := f.In.TakeBack(ctx, k, what)
		cancel()
		if o.Outcome == Done {
			return true
		}
	}
	return false
}

// rotate tries to: with a fault going on it may not be possible.
func (f *Traffic) rotate(ctx context.Context, atOnce bool) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := f.In.RotateKeys(ctx, atOnce); err != nil {
		f.In.Note("keys were not rotated: %s", short(err))
	}
}

func (f *Traffic) kept() []Party {
	var all []Party
	for _, d := range f.In.Daemons {
		all = append(all, d.Kept())
	}
	return append(all, f.In.Others...)
}

func (f *Traffic) remember(tokens []*Token) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.late = append(f.late, tokens...)
	f.late = f.late[max(0, len(f.late)-lateTokens):]
}
