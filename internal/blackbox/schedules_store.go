//go:build linux

package blackbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// CutFromTheStore holds up or loses what goes from B to the database, comes from there, or both, takes back at A meanwhile, and asks B.
func CutFromTheStore(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	p := []Passage{{Hold: true}, {Lose: true}}[r.Random.IntN(2)]
	way := r.Random.IntN(3)
	r.Note("%v between %s and the database, way %d", p, r.B.Label, way)
	if way == 2 {
		r.B.Store.Both(p)
	} else {
		r.B.Store.Set(Direction(way), p)
	}
	r.TakeBack(ctx, r.A, r.anyWay(s))
	r.Asks.Ask(ctx, Many(r.B.Kept(), queued), s.First)
	time.Sleep(time.Duration(r.Random.IntN(500)) * time.Millisecond)
	r.B.Store.Both(Passage{})
	if p.Lose {
		r.B.Store.Cut()
	}
	r.Asks.Ask(ctx, r.Everybody(), s.First)
	return r.recovered(ctx, r.B)
}

// recovered waits until a daemon answers for a new session: with the database out of reach for so long, connections had to be made anew.
func (r *Round) recovered(ctx context.Context, d *Daemon) error {
	at := r.C
	if d == r.C {
		at = r.A
	}
	s, err := r.open(ctx, at, "-after")
	if err != nil {
		return err
	}
	return r.until(d.Label+" comes back", func() bool { return r.Ask(ctx, d.Kept(), s.First).Outcome == Active })
}

// CommitUnheard loses what the database says to A from some moment of a taking-back on, that of its commit included (pitfalls P9 and P39). Others
// take back meanwhile; the same is then taken back at C.
func CommitUnheard(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	other, err := r.open(ctx, r.C, "-other")
	if err != nil {
		return err
	}
	what := Taking{By: BySession, Token: s.First}
	var first sync.WaitGroup
	first.Go(func() { r.TakeBack(ctx, r.A, what) })
	time.Sleep(time.Duration(r.Random.IntN(6000)) * time.Microsecond)
	way := Direction(r.Random.IntN(2))
	r.A.Store.Set(way, Passage{Lose: true})
	r.Note("lost between %s and the database, way %d", r.A.Label, way)
	for _, k := range []Taking{{By: BySession, Token: other.First}, what} {
		if o := r.TakeBack(ctx, r.C, k); o.Outcome == Done && o.Took() > r.Wait()+time.Second {
			err = errors.Join(err, fmt.Errorf("held up by somebody unheard of: %v", o))
		}
	}
	r.Asks.Ask(ctx, append(r.Everybody(), Many(r.A.Kept(), queued)...), s.First)
	r.A.Store.Both(Passage{})
	r.A.Store.Cut()
	first.Wait()
	r.Asks.Ask(ctx, r.Everybody(), s.First, other.First)
	return errors.Join(err, r.recovered(ctx, r.A))
}
