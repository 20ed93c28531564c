package revocation

import (
	"errors"
	"slices"
	"testing"
	"time"
)

const usualLease = 2 * time.Second

// polled is a node's word to a subscriber, with so much of its own lease left.
func polled(t *testing.T, s *Subscribers, id SubscriberID, applied Seq, rest time.Duration, now Instant) time.Duration {
	t.Helper()
	got, err := s.Poll(id, "client of "+string(id), applied, Lease{}.Extend(now, rest), now)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestASubscriberBelievesNoLongerThanItsNode(t *testing.T) {
	s := NewSubscribers(usualLease, 10)
	for _, rest := range []time.Duration{0, 1, time.Second, usualLease} {
		if got := polled(t, s, "a", 0, rest, 100); got != rest {
			t.Errorf("a node with %v left gives %v", rest, got)
		}
	}
}

func TestANodeAcknowledgesWhatItsLiveSubscribersHaveToo(t *testing.T) {
	s := NewSubscribers(usualLease, 10)
	now := Instant(time.Hour)
	polled(t, s, "fast", 9, usualLease, now)
	polled(t, s, "slow", 5, time.Second, now)
	polled(t, s, "without a lease", 1, 0, now)
	end := now.Add(outlast(time.Second))
	for _, c := range []struct {
		name  string
		now   Instant
		acked Seq
		live  int
	}{
		{"as far as the slowest", now, 5, 2},
		{"until its lease has ended on the slowest clock", end - 1, 5, 2},
		{"and then as far as the next", end, 9, 1},
		{"alone, as far as itself", now.Add(time.Minute), 10, 0},
	} {
		if got := s.Acked(10, c.now); got != c.acked {
			t.Errorf("%s: Acked = %d, want %d", c.name, got, c.acked)
		}
		if got := s.Behind(10, c.now); got != 10-c.acked {
			t.Errorf("%s: Behind = %d, want %d", c.name, got, 10-c.acked)
		}
		if got := s.Len(c.now); got != c.live {
			t.Errorf("%s: Len = %d, want %d", c.name, got, c.live)
		}
	}
	if got := s.Acked(3, now); got != 3 {
		t.Errorf("Acked = %d when the node has applied 3", got)
	}
	clients, until := s.Waiting(6, now)
	if !slices.Equal(clients, []string{"client of slow"}) || until != end {
		t.Errorf("Waiting for 6 = %q until %v, want the slow one until %v", clients, until, end)
	}
	polled(t, s, "slow", 4, 0, now)
	if got := s.Acked(10, now); got != 5 {
		t.Errorf("an older poll that comes late takes an acknowledgement back: %d", got)
	}
}

func TestALeaseThatWasGivenCountsThoughTheNodeFallsSilent(t *testing.T) {
	s := NewSubscribers(usualLease, 10)
	polled(t, s, "a", 1, usualLease, 0)
	polled(t, s, "a", 1, 0, Instant(time.Second)) // a poll that is given nothing takes nothing
	if got := s.Acked(2, Instant(usualLease)); got != 1 {
		t.Errorf("Acked = %d, want to wait for the lease that was given", got)
	}
}

func TestInAnotherLogNothingHasBeenApplied(t *testing.T) {
	s := NewSubscribers(usualLease, 10)
	polled(t, s, "a", 80, usualLease, 0)
	s.StartAnew()
	if got := s.Acked(51, 1); got != 0 {
		t.Errorf("Acked = %d: an entry of the old log is taken for one of the new", got)
	}
	polled(t, s, "a", 51, usualLease, 2)
	if got := s.Acked(51, 3); got != 51 {
		t.Errorf("Acked = %d, want 51", got)
	}
}

// Pitfall P27.
func TestWhoKeepsOthersWaitingGetsNoLeaseForAWhile(t *testing.T) {
	second := func(n float64) Instant { return Instant(n * float64(time.Second)) }
	end := second(1).Add(outlast(usualLease)) // of a lease given at 1 s
	for _, c := range []struct {
		name   string
		play   func(s *Subscribers)
		cooled bool
	}{
		{"silent with an entry to apply", func(s *Subscribers) {
			s.Expire(5, second(1.1))
			s.Expire(6, second(1.2)) // 6 has been applied here
			s.Expire(6, end)
		}, true},
		{"silent when there was nothing to apply", func(s *Subscribers) {
			s.Expire(5, second(1.1))
			s.Expire(5, end)
			s.Expire(6, end+1) // it came when the lease had ended
		}, false},
		{"it polls, and never says that it has applied anything", func(s *Subscribers) {
			for i := range 40 {
				now := second(1 + float64(i)/10)
				s.Expire(6, now)
				_, _ = s.Poll("a", "", 5, Lease{}.Extend(now, usualLease), now)
			}
		}, true},
		{"it is always a little behind", func(s *Subscribers) {
			for i := range 40 {
				now := second(1 + float64(i)/10)
				s.Expire(Seq(6+i), now)
				_, _ = s.Poll("a", "", Seq(5+i), Lease{}.Extend(now, usualLease), now)
			}
		}, false},
	} {
		s := NewSubscribers(usualLease, 10)
		polled(t, s, "a", 5, usualLease, second(1))
		c.play(s)
		if got := polled(t, s, "a", 100, usualLease, second(6)) == 0; got != c.cooled {
			t.Errorf("%s: gets no lease: %v, want %v", c.name, got, c.cooled)
		}
		if polled(t, s, "a", 100, usualLease, second(6+coolings*2+1)) == 0 {
			t.Errorf("%s: gets no lease for ever", c.name)
		}
	}
}

func TestThereIsALimitAndThoseWhoAreGoneDoNotCount(t *testing.T) {
	s := NewSubscribers(usualLease, 2)
	polled(t, s, "a", 0, usualLease, 0)
	polled(t, s, "b", 0, usualLease, 0)
	if _, err := s.Poll("c", "", 0, Lease{}.Extend(1, usualLease), 1); !errors.Is(err, ErrTooManySubscribers) {
		t.Errorf("a third: %v, want ErrTooManySubscribers", err)
	}
	if got := polled(t, s, "b", 0, usualLease, 1); got == 0 {
		t.Error("one that is known is refused with it")
	}
	later := Instant(outlast(usualLease)) + 1
	if got := polled(t, s, "c", 0, usualLease, later); got == 0 || s.Len(later) != 1 {
		t.Errorf("when the others are gone it gets %v; %d count", got, s.Len(later))
	}
}
