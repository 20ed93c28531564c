package cache

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/introspectd/introspectd/session"
)

// flights are the look-ups under way. Whoever asks boards one that has not departed: what departed before a question arrived may have
// read the row before something that the question must see.
type flights struct {
	load     func(context.Context, []session.Digest) []answer
	patience time.Duration
	air      chan struct{} // holds one for each group that has departed
	most     int

	crew crew

	mu    sync.Mutex
	lines map[session.Digest]*line // guarded by mu
	extra int                      // guarded by mu: lines of those who asked anyway, which take nobody's place
	open  *group                   // guarded by mu: more may come in; nil: nobody waits for company
}

// line is the flights to one digest, of which at most one is in the air.
type line struct {
	boarding *flight // guarded by flights.mu; nil: nobody waits
	extra    bool
}

type flight struct {
	landed chan struct{}
	answer      // set before landed is closed
	late   bool // likewise: the group's time was over
}

type answer struct {
	known *known           // nil: the digest is unknown
	read  *session.Finding // as the store has it; nil when it has not answered
	err   error
}

func newFlights(load func(context.Context, []session.Digest) []answer, air, most int, patience time.Duration) *flights {
	f := &flights{
		load: load, patience: patience, air: make(chan struct{}, air), most: most, lines: map[session.Digest]*line{},
	}
	f.crew = newCrew(air, f.fly)
	return f
}

// ask waits for a look-up that departs after the call. When ctx ends it goes on for the others. Joined reports whether another question
// had opened it. Who asks anyway is not refused because many wait.
func (f *flights) ask(ctx context.Context, d session.Digest, anyway bool) (of *flight, joined bool, err error) {
	left := func() error {
		return fmt.Errorf("%w: wait for the look-up: %w", session.ErrUnavailable, ctx.Err())
	}
	if ctx.Err() != nil { // he has hung up: nobody is asked for him
		return nil, false, left()
	}
	mine, joined, err := f.enter(ctx, d, anyway)
	if err != nil {
		return nil, false, err
	}
	select {
	case <-mine.landed:
		return mine, joined, mine.err
	case <-ctx.Done():
		return nil, joined, left()
	}
}

func (f *flights) enter(ctx context.Context, d session.Digest, anyway bool) (mine *flight, joined bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, ok := f.lines[d]
	if !ok {
		if len(f.lines)-f.extra >= f.most && !anyway {
			return nil, false, errBusy
		}
		l = &line{extra: anyway}
		if f.lines[d] = l; anyway {
			f.extra++
		}
		f.board(context.WithoutCancel(ctx), d, l)
	}
	if l.boarding != nil {
		return l.boarding, true, nil
	}
	l.boarding = &flight{landed: make(chan struct{})}
	return l.boarding, false, nil
}

var errBusy = fmt.Errorf("%w: too many look-ups are waiting", session.ErrUnavailable)

func (f *flights) fly(g *group) {
	defer g.cancel()
	now, ok := f.reach(g)
	if ok {
		defer func() { <-f.air }()
		now = f.carry(g)
	}
	late := g.ctx.Err() != nil
	for _, one := range now {
		one.late = late
		close(one.landed)
	}
	f.round(g)
}

// reach waits until the group may depart. When that takes too long its flights end here.
func (f *flights) reach(g *group) (ended []*flight, ok bool) {
	select {
	case f.air <- struct{}{}:
		f.gather(g)
		return nil, true
	case <-g.ctx.Done():
		f.shut(g)
		ended = f.depart(g)
		for _, one := range ended {
			one.err = errBusy
		}
		return ended, false
	}
}

// depart is the end of boarding.
func (f *flights) depart(g *group) []*flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := make([]*flight, len(g.lines))
	for i, l := range g.lines {
		now[i], l.boarding = l.boarding, nil
	}
	return now
}

// land tells each flight its answer.
func land(now []*flight, answers []answer) {
	for i, a := range answers {
		now[i].answer = a
	}
}

// round has those fly who boarded meanwhile, with the next group, and takes lines away for which nobody waits.
func (f *flights) round(g *group) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, l := range g.lines {
		if d := g.digests[i]; l.boarding == nil {
			if delete(f.lines, d); l.extra {
				f.extra--
			}
		} else {
			f.board(g.base, d, l)
		}
	}
}

func (f *flights) wait() { f.crew.dismiss() }
