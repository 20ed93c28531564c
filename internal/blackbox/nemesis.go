//go:build linux

package blackbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Nemesis does one thing after another to an installation, in an order that follows from a seed.
type Nemesis struct {
	In   *Installation
	Seed uint64
	Lock func(ctx context.Context, hold time.Duration) error // nil: the database cannot be locked from outside

	Faults map[string]int // what was done, and how often
}

type fault struct {
	name string
	do   func(ctx context.Context, random *rand.Rand, d *Daemon) error
}

// Run does harm until ctx ends. Each fault is over before the next begins, and the last before it returns.
func (n *Nemesis) Run(ctx context.Context) error {
	random := rand.New(rand.NewPCG(n.Seed, 1))
	n.Faults = map[string]int{}
	faults := n.faults()
	beyond := context.WithoutCancel(ctx)
	for ctx.Err() == nil {
		f := faults[random.IntN(len(faults))]
		d := n.In.Daemons[random.IntN(len(n.In.Daemons))]
		n.Faults[f.name]++
		if err := f.do(beyond, random, d); err != nil {
			return fmt.Errorf("%s of %s: %w", f.name, d.Label, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(200+random.IntN(600)) * time.Millisecond): // well again, for a while
		}
	}
	return nil
}

func (n *Nemesis) faults() []fault {
	l := n.In.Lease
	some := func(random *rand.Rand, most time.Duration) { time.Sleep(time.Duration(random.Int64N(int64(most)))) }
	pause := func(d time.Duration) func(context.Context, *rand.Rand, *Daemon) error {
		return func(_ context.Context, _ *rand.Rand, who *Daemon) error {
			err := who.Stop()
			time.Sleep(d)
			return errors.Join(err, who.Continue())
		}
	}
	way := func(p Passage) func(context.Context, *rand.Rand, *Daemon) error {
		return func(_ context.Context, random *rand.Rand, d *Daemon) error {
			link, name := d.Link, "clients"
			if d.Store != nil && random.IntN(2) == 0 {
				link, name = d.Store, "database"
			}
			direction := random.IntN(3)
			n.In.Note("%v between %s and its %s, way %d", p, d.Label, name, direction)
			if direction == 2 {
				link.Both(p)
			} else {
				link.Set(Direction(direction), p)
			}
			some(random, 2*l)
			link.Both(Passage{})
			if p.Lose {
				link.Cut()
			}
			n.In.Note("nothing more between %s and its %s", d.Label, name)
			return nil
		}
	}
	faults := []fault{
		{"kill and start at once", func(ctx context.Context, _ *rand.Rand, d *Daemon) error { return errors.Join(d.Kill(), d.Start(ctx)) }},
		{"kill and start later", func(ctx context.Context, random *rand.Rand, d *Daemon) error {
			err := d.Kill()
			some(random, 2*l)
			return errors.Join(err, d.Start(ctx))
		}},
		{"stop for 0.3 of a lease", pause(3 * l / 10)},
		{"stop for 0.9 of a lease", pause(9 * l / 10)},
		{"stop for three leases", pause(3 * n.In.Wait())},
		{"hold", way(Passage{Hold: true})},
		{"lose", way(Passage{Lose: true})},
		{"delay", way(Passage{Delay: 50 * time.Millisecond})},
		{"cut", func(_ context.Context, _ *rand.Rand, d *Daemon) error {
			n.In.Note("connections of %s are cut", d.Label)
			d.Link.Cut()
			if d.Store != nil {
				d.Store.Cut()
			}
			return nil
		}},
		{"cut answers", func(_ context.Context, random *rand.Rand, d *Daemon) error {
			n.In.Note("answers of %s are cut off", d.Label)
			d.Link.Set(Down, Passage{Cut: 1 + random.IntN(400)})
			some(random, l)
			d.Link.Set(Down, Passage{})
			return nil
		}},
	}
	if len(n.In.Services) > 0 {
		faults = append(faults, n.ofServices()...)
	}
	if n.Lock != nil {
		faults = append(faults, fault{"lock the database", func(ctx context.Context, random *rand.Rand, _ *Daemon) error {
			hold := time.Duration(random.Int64N(int64(2 * n.In.Wait())))
			n.In.Note("the database is locked for %v", hold)
			return n.Lock(ctx, hold)
		}})
	}
	return faults
}

// ofServices are what can happen to a service and to what it hears.
func (n *Nemesis) ofServices() []fault {
	l := n.In.Lease
	one := func(random *rand.Rand) *Service { return n.In.Services[random.IntN(len(n.In.Services))] }
	deaf := func(p Passage) func(context.Context, *rand.Rand, *Daemon) error {
		return func(_ context.Context, random *rand.Rand, _ *Daemon) error {
			s := one(random)
			n.In.Note("%v on the way to %s", p, s.Label)
			s.Feed.Set(Direction(random.IntN(2)), p)
			time.Sleep(time.Duration(random.Int64N(int64(2 * l))))
			s.Feed.Both(Passage{})
			s.Feed.Cut()
			return nil
		}
	}
	return []fault{
		{"hold what a service hears", deaf(Passage{Hold: true})},
		{"lose what a service hears", deaf(Passage{Lose: true})},
		{"lead a service elsewhere", func(_ context.Context, random *rand.Rand, d *Daemon) error {
			s := one(random)
			n.In.Note("%s hears from %s", s.Label, d.Label)
			s.Feed.Lead(d.Link.Address())
			s.Feed.Cut()
			return nil
		}},
		{"stop a service", func(_ context.Context, random *rand.Rand, _ *Daemon) error {
			s := one(random)
			err := s.Stop()
			time.Sleep(time.Duration(random.Int64N(int64(3 * l))))
			return errors.Join(err, s.Continue())
		}},
		{"kill a service and start it", func(ctx context.Context, random *rand.Rand, _ *Daemon) error {
			s := one(random)
			return errors.Join(s.Kill(), s.Start(ctx))
		}},
	}
}
