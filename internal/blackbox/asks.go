//go:build linux

package blackbox

import (
	"context"
	"sync"
	"time"
)

// Asks are questions that nobody waits for before [Asks.Wait]: a party that is stopped keeps only its own waiting.
type Asks struct {
	in   *Installation
	room map[string]chan struct{} // by the party's name
	all  sync.WaitGroup
}

const (
	askedAtOnce = 64               // of one party; further questions are left out
	askPatience = 15 * time.Second // longer than any fault lasts
)

// NewAsks has room for questions to everybody.
func NewAsks(in *Installation) *Asks {
	a := &Asks{in: in, room: map[string]chan struct{}{}}
	for _, p := range in.Everybody() {
		a.room[p.Name()] = make(chan struct{}, askedAtOnce)
	}
	return a
}

// Ask begins a question at each party about each token, and reports how it can be waited for.
func (a *Asks) Ask(ctx context.Context, parties []Party, tokens ...*Token) (wait func()) {
	these := new(sync.WaitGroup)
	for _, t := range tokens {
		for _, p := range parties {
			room := a.room[p.Name()]
			select {
			case room <- struct{}{}:
			default:
				continue
			}
			a.all.Add(1)
			these.Go(func() {
				defer a.all.Done()
				defer func() { <-room }()
				ctx, cancel := context.WithTimeout(ctx, askPatience)
				defer cancel()
				a.in.Ask(ctx, p, t)
			})
		}
	}
	return these.Wait
}

// Wait waits for all of them.
func (a *Asks) Wait() { a.all.Wait() }

// Many repeats a party, to ask it the same on several connections at once.
func Many(p Party, times int) []Party {
	all := make([]Party, times)
	for i := range all {
		all[i] = p
	}
	return all
}
