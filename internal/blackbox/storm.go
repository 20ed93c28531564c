//go:build linux

package blackbox

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Storm asks about a session everywhere and refreshes it, while somebody takes it back: what a refresh makes meanwhile must not escape (pitfall P26).
type Storm struct {
	In     *Installation
	Asks   *Asks
	Seed   uint64
	Racers int // that refresh; two of them race each other for the same token as well

	stop    context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	tokens []*Token // guarded by mu
}

const (
	askEvery = 8 * time.Millisecond
	// refreshesAtMost keeps a racer from filling the database while a taking-back waits for somebody dead.
	refreshesAtMost = 12
)

// Begin starts it.
func (s *Storm) Begin(ctx context.Context, of *Session, tokens ...*Token) {
	storming, stop := context.WithCancel(ctx)
	s.stop, s.tokens = stop, append([]*Token(nil), tokens...)
	if s.Racers > 1 {
		s.In.Perhaps(of.First.Keys()[1]) // the slower one may present what is used up
	}
	for i := range s.Racers {
		s.running.Go(func() { s.refresh(storming, of, rand.New(rand.NewPCG(s.Seed, uint64(i)))) })
	}
	s.running.Go(func() { s.ask(ctx, storming.Done()) })
}

// End stops it and returns all tokens of the session that are known.
func (s *Storm) End() []*Token {
	s.stop()
	s.running.Wait()
	return s.tokens
}

// refresh is led to its end once it has begun: what comes of it is judged too.
func (s *Storm) refresh(ctx context.Context, of *Session, random *rand.Rand) {
	for range refreshesAtMost {
		patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		next := s.In.Daemons[random.IntN(len(s.In.Daemons))].Next(patient, of)
		cancel()
		if next == nil {
			return
		}
		of = next
		s.mu.Lock()
		s.tokens = append(s.tokens, next.First)
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(random.IntN(4)) * time.Millisecond):
		}
	}
}

func (s *Storm) ask(ctx context.Context, done <-chan struct{}) {
	random := rand.New(rand.NewPCG(s.Seed, 1000))
	everybody := s.In.Everybody()
	for {
		s.mu.Lock()
		t := s.tokens[random.IntN(len(s.tokens))]
		s.mu.Unlock()
		s.Asks.Ask(ctx, []Party{everybody[random.IntN(len(everybody))]}, t)
		select {
		case <-done:
			return
		case <-time.After(askEvery):
		}
	}
}
