package sqlstore

import (
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

func TestWorkThatPanicsLeavesNobodyWaiting(t *testing.T) {
	s := openTest(t)
	release := hold(t, s)
	var all sync.WaitGroup
	all.Go(func() {
		defer func() { _ = recover() }()
		_ = s.do(t.Context(), "panic", func(b *batch) (func(commit), error) {
			if _, err := b.exec(`UPDATE head SET registry = registry + 100`); err != nil {
				t.Error(err)
			}
			panic("a bug")
		})
	})
	queued(t, s, 1)
	var err error
	all.Go(func() { err = s.Open(t.Context(), testOpening("ann")) })
	queued(t, s, 2)
	release()
	all.Wait()
	if !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Open beside a panic: error %v, want one that wraps ErrUnavailable", err)
	}
	if err := s.Open(t.Context(), testOpening("bob")); err != nil {
		t.Errorf("Open after a panic: %v", err)
	}
	if n := numberOf(t, s, `SELECT registry FROM head`); n != 1 {
		t.Errorf("registry version %d, want 1: the panic's write is rolled back", n)
	}
}

func TestCloseCompletesWhatIsQueuedAndRefusesTheRest(t *testing.T) {
	s, err := Open(t.Context(), Config{DSN: filepath.Join(t.TempDir(), "test.db"), Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddClient(t.Context(), caller.Client{ID: "app", Roles: caller.Service}); err != nil {
		t.Fatal(err)
	}
	release := hold(t, s)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if err := s.Open(t.Context(), testOpening("ann")); err != nil {
				t.Error(err)
			}
		})
	}
	queued(t, s, 5)
	all.Go(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for !closing(s) {
		time.Sleep(time.Millisecond)
	}
	release()
	all.Wait()
	for name, err := range map[string]error{
		"Open":   s.Open(t.Context(), testOpening("ann")),
		"Lookup": func() error { _, err := s.Lookup(t.Context(), session.Digest{}); return err }(),
		"Check":  s.Check(t.Context()),
	} {
		if !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s after Close: error %v, want one that wraps ErrUnavailable", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close again: %v", err)
	}
}

func closing(s *Store) bool {
	s.write.mu.Lock()
	defer s.write.mu.Unlock()
	return s.write.closed
}

// The numbers of kinds and targets stand in rows and in statements.
func TestNumbersInTheDatabaseStay(t *testing.T) {
	got := []int{
		int(session.Access), int(session.Refresh), int(session.Grant), int(session.TargetToken), int(session.TargetSession),
		int(session.TargetSubject), int(session.TargetClient), int(session.TargetKey), int(session.TargetAll),
	}
	if want := []int{1, 2, 3, 1, 2, 3, 4, 5, 6}; !slices.Equal(got, want) {
		t.Errorf("kinds and targets are %v, want %v as in databases that exist", got, want)
	}
}

func TestOpeningBehindTheDisablingOfItsClientInOneGroupIsRefused(t *testing.T) {
	s := openTest(t)
	release := hold(t, s)
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.Open(t.Context(), testOpening("early")); err != nil {
			t.Error(err)
		}
	})
	queued(t, s, 1)
	all.Go(func() {
		if done, err := s.Revoke(t.Context(), session.ByClient("app"), time.Unix(1500, 0)); err != nil || done.Ended != 1 {
			t.Errorf("Revoke = %+v, %v; want one ended", done, err)
		}
	})
	queued(t, s, 2)
	all.Go(func() {
		err := s.Open(t.Context(), testOpening("late"))
		if refusal, ok := errors.AsType[*session.Refusal](err); !ok || refusal.Reason != session.UnauthorizedClient {
			t.Errorf("Open = %v, want it refused", err)
		}
	})
	queued(t, s, 3)
	release()
	all.Wait()
}

func TestARefusedWriteDoesNotKeepTheDatabaseLocked(t *testing.T) {
	s := openTest(t)
	o := testOpening("ann")
	o.Session.Client = "nobody"
	if _, ok := errors.AsType[*session.Refusal](s.Open(t.Context(), o)); !ok {
		t.Fatal("want it refused")
	}
	other, err := Open(t.Context(), Config{DSN: s.path, Patience: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	if err := other.Open(t.Context(), testOpening("ann")); err != nil {
		t.Errorf("Open in another process: %v", err)
	}
}

func TestAnEntryOfAWriteThatFailedIsNotInTheLog(t *testing.T) {
	s := openTest(t)
	release := hold(t, s)
	var all sync.WaitGroup
	all.Go(func() {
		err := s.do(t.Context(), "fail", func(b *batch) (func(commit), error) {
			if _, err := b.barrier(session.BySubject("ann"), 1500); err != nil {
				return nil, err
			}
			_, err := b.exec(`INSERT INTO head (one, seq, log, floor, registry) VALUES (1, 1, '', 1, 1)`)
			return nil, err
		})
		if !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("error %v, want one that wraps ErrUnavailable", err)
		}
	})
	queued(t, s, 1)
	all.Go(func() {
		if done, err := s.Revoke(t.Context(), session.ByKey("k"), time.Unix(1500, 0)); err != nil || done.Seq != 1 {
			t.Errorf("Revoke = %+v, %v; want entry 1", done, err)
		}
	})
	queued(t, s, 2)
	release()
	all.Wait()
	p, err := s.Read(t.Context(), 0, 10)
	if err != nil || p.Head != 1 || len(p.Entries) != 1 || p.Entries[0].Selector != session.ByKey("k") {
		t.Errorf("log = %+v, %v; want the key's entry alone", p, err)
	}
	if n := numberOf(t, s, `SELECT count(*) FROM barriers WHERE target = 3`); n != 0 {
		t.Error("the barrier of a write that failed stands")
	}
}
