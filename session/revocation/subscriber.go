package revocation

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Feed is the log as a node tells it to a subscriber.
type Feed interface {
	// Poll says that the entries up to after, in a log, have been applied, and asks for what comes behind, waiting up to wait for that. With an
	// empty log it asks for all that still matters. The page's After and Lease are the node's words. [ErrGone] means that what was
	// followed is not there any more.
	Poll(ctx context.Context, log string, after Seq, wait time.Duration) (Page, error)
}

// ErrGone means that a subscriber must drop what it remembers and begin anew: the log is another one, or reaches back no further.
var ErrGone = errors.New("the revocation log does not go on from there")

// Subscriber follows the log through a node, for a process that checks tokens itself. What it remembers it may believe for as long as the node
// that told it last may. One goroutine, [Subscriber.Run], polls; everybody else asks.
type Subscriber struct {
	cfg    SubscriberConfig
	holder *Holder
	turns  *renewals
}

// SubscriberConfig is what a [Subscriber] follows and how. Zero durations and a nil Clock mean the defaults.
type SubscriberConfig struct {
	Feed  Feed
	Lease time.Duration // no lease is believed for longer; 2 s, the installation's
	Pause time.Duration // after a poll that failed; 100 ms
	Clock Clock         // Boottime
	// Applied is told of new entries after they hold and before the lease is extended by them.
	Applied func([]Entry)
	// Report is told when polling begins to fail (an error) and when it works again (nil).
	Report func(error)
}

// NewSubscriber checks the configuration. The subscriber believes nothing until Run has polled.
func NewSubscriber(c SubscriberConfig) (*Subscriber, error) {
	if c.Lease == 0 {
		c.Lease = 2 * time.Second
	}
	if c.Pause == 0 {
		c.Pause = 100 * time.Millisecond
	}
	if c.Clock == nil {
		c.Clock = Boottime
	}
	if c.Applied == nil {
		c.Applied = func([]Entry) {}
	}
	if c.Report == nil {
		c.Report = func(error) {}
	}
	switch {
	case c.Feed == nil:
		return nil, errors.New("revocation subscriber: no feed")
	case c.Lease < 100*time.Millisecond || c.Lease > time.Minute:
		return nil, errors.New("revocation subscriber: lease is not between 100ms and 1m")
	case c.Pause < 0:
		return nil, errors.New("revocation subscriber: pause is negative")
	}
	return &Subscriber{cfg: c, holder: NewHolder(c.Lease), turns: newRenewals()}, nil
}

// Set is what the subscriber knows.
func (s *Subscriber) Set() *Set { return s.holder.set }

// Believable reports whether the lease lives now. It reads the clock.
func (s *Subscriber) Believable() bool { return s.holder.Believes(s.cfg.Clock()) }

// Lease is until when the set may be believed. It is to be held against a reading of the clock that was taken after the set was looked at.
func (s *Subscriber) Lease() Lease { return s.holder.Lease() }

// Rest is what remains of the lease.
func (s *Subscriber) Rest() time.Duration { return s.holder.Lease().Rest(s.cfg.Clock()) }

// Mark notes what is known now. It is taken before something is verified that will be remembered.
func (s *Subscriber) Mark() Mark { return s.holder.Mark(s.cfg.Clock()) }

// Holds reports whether something remembered under a mark may be used: same history, young enough, and not covered.
func (s *Subscriber) Holds(m Mark, marks *Marks) bool { return s.holder.Holds(m, marks, s.cfg.Clock()) }

// Fresh returns nil when the lease lives, else an error that wraps [ErrStale], at once: a service has its own rule for that, and no request
// waits for a feed that may be gone. Call it after the request has arrived, at each request.
func (s *Subscriber) Fresh(context.Context) error {
	if s.Believable() {
		return nil
	}
	return ErrStale
}

// Polled waits for a poll that begins after the call, and returns how it went.
func (s *Subscriber) Polled(ctx context.Context) error { return s.turns.await(ctx) }

// Run polls until ctx ends, once in a subscriber's life.
func (s *Subscriber) Run(ctx context.Context) error {
	defer close(s.turns.stopped)
	defer s.holder.Drop()
	failing := false
	for ctx.Err() == nil {
		_, end := s.turns.begin()
		more, err := s.poll(ctx)
		end(err)
		if ctx.Err() != nil {
			break
		}
		if failing != (err != nil) {
			failing = err != nil
			s.cfg.Report(err)
		}
		if err == nil && (more || s.Believable()) {
			continue // the next poll is held by the node
		}
		select {
		case <-ctx.Done():
		case <-s.turns.wake:
		case <-time.After(s.cfg.Pause):
		}
	}
	return nil
}

// poll asks once, applies, and then extends the lease from the instant at which it began. The next poll is the acknowledgement.
func (s *Subscriber) poll(ctx context.Context) (more bool, err error) {
	begun := s.cfg.Clock()
	log, after := s.holder.log, s.holder.set.Applied()
	wait := s.cfg.Lease / 3
	if !s.holder.Believes(begun) {
		wait = 0 // first of all a lease
	}
	ctx, cancel := context.WithTimeout(ctx, wait+s.cfg.Lease)
	defer cancel()
	page, err := s.cfg.Feed.Poll(ctx, log, after, wait)
	if errors.Is(err, ErrGone) {
		s.holder.Forget()
	}
	if err != nil {
		return false, fmt.Errorf("poll revocation feed: %w", err)
	}
	page.Of, page.Floor = log, page.After
	if log == page.Log {
		page.Floor = 0
	}
	before := s.holder.set.Applied()
	if more, err = s.holder.Follow(page, s.cfg.Clock()); err != nil {
		if errors.Is(err, errRegrown) {
			s.holder.Forget() // a guard has nothing but memory to lose, and begins anew
		}
		return false, err
	}
	if s.holder.set.Applied() != before {
		s.cfg.Applied(page.Entries)
	}
	if !more {
		s.holder.Extend(begun, page)
	}
	return more, nil
}

// Vouches is Holds for what another process found, as of a seq of a log. The mark was taken before the lease was looked at.
func (s *Subscriber) Vouches(m Mark, log string, asof Seq, marks *Marks) bool {
	return s.holder.Vouches(m, log, asof, marks)
}
