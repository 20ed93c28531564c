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
	load     func(context.Context, session.Digest) (*entry, error)
	patience time.Duration
	air      chan struct{} // holds one for each that has departed
	most     int

	crew crew

	mu    sync.Mutex
	lines map[session.Digest]*line // guarded by mu
}

// line is the flights to one digest, of which at most one is in the air.
type line struct {
	boarding *flight // nil: nobody waits
}

type flight struct {
	landed chan struct{}
	entry  *entry // nil: unknown; set before landed is closed, like err
	err    error
}

func newFlights(load func(context.Context, session.Digest) (*entry, error), air, most int, patience time.Duration) *flights {
	f := &flights{
		load: load, patience: patience, air: make(chan struct{}, air), most: most, lines: map[session.Digest]*line{},
	}
	f.crew = newCrew(air, f.serve)
	return f
}

// ask waits for a look-up that departs after the call. When ctx ends it goes on for the others. Joined reports whether another question
// had opened it.
func (f *flights) ask(ctx context.Context, d session.Digest) (e *entry, joined bool, err error) {
	mine, joined, err := f.enter(ctx, d)
	if err != nil {
		return nil, false, err
	}
	select {
	case <-mine.landed:
		return mine.entry, joined, mine.err
	case <-ctx.Done():
		return nil, joined, fmt.Errorf("%w: wait for the look-up: %w", session.ErrUnavailable, ctx.Err())
	}
}

func (f *flights) enter(ctx context.Context, d session.Digest) (mine *flight, joined bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, ok := f.lines[d]
	if !ok {
		if len(f.lines) >= f.most {
			return nil, false, errBusy
		}
		l = &line{}
		f.lines[d] = l
		f.crew.take(call{context.WithoutCancel(ctx), d, l})
	}
	if l.boarding != nil {
		return l.boarding, true, nil
	}
	l.boarding = &flight{landed: make(chan struct{})}
	return l.boarding, false, nil
}

var errBusy = fmt.Errorf("%w: too many look-ups are waiting", session.ErrUnavailable)

// serve flies one after the other until nobody waits.
func (f *flights) serve(c call) {
	for f.waits(c.digest, c.line) {
		f.fly(c.ctx, c.digest, c.line)
	}
}

// waits reports whether somebody does; when not, it takes the line away.
func (f *flights) waits(d session.Digest, l *line) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if l.boarding == nil {
		delete(f.lines, d)
		return false
	}
	return true
}

func (f *flights) fly(ctx context.Context, d session.Digest, l *line) {
	ctx, cancel := context.WithTimeout(ctx, f.patience)
	defer cancel()
	select {
	case f.air <- struct{}{}:
		defer func() { <-f.air }()
	case <-ctx.Done():
		now := f.depart(l)
		now.err = errBusy
		close(now.landed)
		return
	}
	close(f.carry(ctx, d, l).landed)
}

func (f *flights) depart(l *line) *flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := l.boarding
	l.boarding = nil
	return now
}

func (f *flights) wait() { f.crew.dismiss() }
