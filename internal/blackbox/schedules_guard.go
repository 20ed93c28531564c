//go:build linux

package blackbox

import (
	"context"
	"errors"
	"sync"
	"time"
)

// guarded is one of the services, a session that it remembers, and a daemon that it does not hear from.
func (r *Round) guarded(ctx context.Context) (*Service, *Session, *Daemon, error) {
	api := r.Services[r.Number%len(r.Services)] // the last one may have to wait for its next lease
	s, err := r.opened(ctx)
	if err == nil && s.First.Signed == nil {
		err = errors.New("a token could not be exchanged")
	}
	if err == nil {
		err = r.leased(ctx, api, s.First)
	}
	other := r.A
	if other == api.Of {
		other = r.B
	}
	return api, s, other, err
}

// leased waits until a service accepts, and has it remember that on many connections. One that kept a taking-back waiting gets no lease for a while.
func (r *Round) leased(ctx context.Context, api *Service, t *Token) error {
	since := r.Now()
	if err := r.until(api.Label+" accepts", func() bool { return r.Ask(ctx, api, t).Outcome == Active }); err != nil {
		return err
	}
	r.Note("%s accepts after %v", api.Label, r.Now()-since)
	r.Asks.Ask(ctx, Many(api, queued), t)()
	return nil
}

// QueuedInAGuard has a service find requests that came after a taking-back had returned when it goes on (pitfall P20).
func QueuedInAGuard(ctx context.Context, r *Round) error {
	api, s, other, err := r.guarded(ctx)
	if err != nil {
		return err
	}
	return whileStopped(api, func() error {
		r.TakeBack(ctx, other, r.anyWay(s))
		r.Asks.Ask(ctx, Many(api, queued), s.First)
		time.Sleep(inSockets)
		return nil
	})
}

// GuardCutOff holds up or loses what a service hears, on one way or both, takes back elsewhere, and asks the service before it hears again
// (pitfalls P18 and P19).
func GuardCutOff(ctx context.Context, r *Round) error {
	api, s, other, err := r.guarded(ctx)
	if err != nil {
		return err
	}
	p := []Passage{{Hold: true}, {Lose: true}}[r.Random.IntN(2)]
	switch d := r.Random.IntN(3); d {
	case 2:
		api.Feed.Both(p)
	default:
		api.Feed.Set(Direction(d), p)
	}
	r.Note("%v on the way to %s", p, api.Label)
	if r.Random.IntN(2) == 0 {
		other = api.Of
	}
	r.TakeBack(ctx, other, r.anyWay(s))
	r.Asks.Ask(ctx, Many(api, queued/2), s.First)
	time.Sleep(50 * time.Millisecond)
	api.Feed.Both(Passage{})
	if p.Lose {
		api.Feed.Cut()
	}
	r.Asks.Ask(ctx, Many(api, queued/2), s.First)
	time.Sleep(r.Lease) // it finds its way back
	return nil
}

// DaemonOfAGuard kills the daemon that a service hears from and starts it again at once, while the service hears nothing of that and holds a lease
// (pitfall P17).
func DaemonOfAGuard(ctx context.Context, r *Round) error {
	api, s, other, err := r.guarded(ctx)
	if err != nil {
		return err
	}
	api.Feed.Both(Passage{Hold: true})
	err = api.Of.Kill()
	var taking sync.WaitGroup
	taking.Go(func() {
		r.TakeBack(ctx, other, r.anyWay(s))
		r.Asks.Ask(ctx, Many(api, queued), s.First)
	})
	err = errors.Join(err, api.Of.Start(ctx))
	taking.Wait()
	time.Sleep(50 * time.Millisecond)
	api.Feed.Cut()
	api.Feed.Both(Passage{})
	r.Asks.Ask(ctx, r.Everybody(), s.First)
	time.Sleep(r.Lease)
	return err
}
