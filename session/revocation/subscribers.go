package revocation

import (
	"errors"
	"time"
)

// SubscriberID names a subscriber's process: random, and new whenever it starts.
type SubscriberID string

// ErrTooManySubscribers is the refusal of another subscriber by a node that has as many as it is willing to wait for.
var ErrTooManySubscribers = errors.New("too many subscribers")

// Subscribers is what a node knows of those who follow the log through it. A subscriber's lease is what remains of the node's, so when the node
// falls silent its subscribers' leases end with its own. It is a plain state machine; its owner serialises the calls.
type Subscribers struct {
	length time.Duration
	most   int
	known  map[SubscriberID]*subscriber
}

type subscriber struct {
	client  string
	applied Seq
	ends    Instant // when its lease has ended, on our clock, however its clock runs; 0 when that was noted
	owes    Seq     // what it was to apply, and since when
	since   Instant
	cooling Instant // until then it gets no lease: it kept others waiting (pitfall P27)
}

// NewSubscribers keeps at most so many at once; each can delay a logout by its lease.
func NewSubscribers(lease time.Duration, most int) *Subscribers {
	return &Subscribers{length: lease, most: most, known: map[SubscriberID]*subscriber{}}
}

// coolings is for how many leases a subscriber that kept others waiting gets none.
const coolings = 10

// Poll takes a subscriber's word that it has applied the entries up to a seq of the log that the node follows, and says for how long it may
// believe what it is about to be sent: what remains of the node's own lease, or 0. A subscriber of another log has applied 0.
func (s *Subscribers) Poll(id SubscriberID, client string, applied Seq, node Lease, now Instant) (time.Duration, error) {
	sub, ok := s.known[id]
	if !ok {
		s.tidy(now)
		if len(s.known) >= s.most {
			return 0, ErrTooManySubscribers
		}
		sub = &subscriber{client: client}
		s.known[id] = sub
	}
	sub.applied = max(sub.applied, applied)
	rest := s.sublease(node, now)
	if rest == 0 || now < sub.cooling {
		return 0, nil
	}
	sub.ends = max(sub.ends, now.Add(outlast(rest)))
	return rest, nil
}

// News reports whether a subscriber that says what it has applied says more than it has said before.
func (s *Subscribers) News(id SubscriberID, applied Seq) bool {
	sub, ok := s.known[id]
	return !ok || applied > sub.applied
}

// Waiting names the clients whose subscribers have not applied a seq and may still believe, and the instant at which the last of their
// leases has ended.
func (s *Subscribers) Waiting(seq Seq, now Instant) (clients []string, until Instant) {
	for _, sub := range s.known {
		if now < sub.ends && sub.applied < seq {
			clients = append(clients, sub.client)
			until = max(until, sub.ends)
		}
	}
	return clients, until
}

// Expire notes those who kept others waiting: whose lease ran out before they had applied what the node has, or who polled for a whole lease and
// never said that they had. They get no lease for a while. Call it with what is applied before more is: an entry that came after a lease had
// ended was not waited for. It returns those who have not been cooling down already.
func (s *Subscribers) Expire(applied Seq, now Instant) (slow []Slow) {
	for id, sub := range s.known {
		switch {
		case sub.ends == 0:
			continue
		case sub.applied >= sub.owes:
			sub.owes, sub.since = applied, now
		case now >= sub.ends || now.Sub(sub.since) >= s.length:
			if now >= sub.cooling {
				slow = append(slow, Slow{id, sub.client})
			}
			sub.cooling = max(sub.cooling, now.Add(coolings*s.length))
		}
		if now >= sub.ends {
			sub.ends = 0
		}
	}
	return slow
}

// Len counts those that may still believe.
func (s *Subscribers) Len(now Instant) (n int) {
	for _, sub := range s.known {
		if now < sub.ends {
			n++
		}
	}
	return n
}

// Behind is how many entries the slowest of them lacks.
func (s *Subscribers) Behind(applied Seq, now Instant) Seq { return applied - s.Acked(applied, now) }

// tidy forgets those that can be waited for no more and have cooled down.
func (s *Subscribers) tidy(now Instant) {
	for id, sub := range s.known {
		if now >= sub.ends && now >= sub.cooling {
			delete(s.known, id)
		}
	}
}
