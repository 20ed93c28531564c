//go:build linux

package blackbox

import (
	"context"
	"sync"
	"time"
)

// KeyRevoked takes back the key that signs, while the service or the daemon that remembers what it signed is stopped, JWTs are made everywhere
// and now and then the key is replaced as well. What it has signed is refused from then on, also what is signed with it by a daemon that has not
// heard of that.
func KeyRevoked(ctx context.Context, r *Round) error {
	api, s, _, err := r.guarded(ctx)
	if err != nil {
		return err
	}
	remember := append(Many(r.B.Signed(), queued/2), r.A.Signed(), r.C.Signed())
	r.Asks.Ask(ctx, remember, s.First)()
	storm := Storm{In: r.Installation, Asks: r.Asks, Seed: r.Random.Uint64(), Racers: 1}
	storm.Begin(ctx, s, s.First)
	var rotating sync.WaitGroup
	if r.Number%2 == 1 {
		rotating.Go(func() {
			if err := r.RotateKeys(ctx, true); err != nil { // whoever is stopped may be within a write, which keeps everybody else from writing
				r.Note("keys were not rotated: %s", short(err))
			}
		})
	}
	err = whileStopped([]stoppable{api, r.B}[r.Random.IntN(2)], func() error {
		r.TakeBack(ctx, r.CommandLine(), Taking{By: ByKey, Token: s.First})
		r.Asks.Ask(ctx, append(Many(api, queued), remember...), s.First)
		time.Sleep(inSockets)
		return nil
	})
	rotating.Wait()
	for _, t := range storm.End() {
		r.Asks.Ask(ctx, r.Everybody(), t)
	}
	if err != nil {
		return err
	}
	// What the next one signs is good, and has to be found to be.
	next, err := r.open(ctx, r.A, "-next")
	if err == nil && next.First.Signed != nil {
		err = r.leased(ctx, api, next.First)
	}
	return err
}
