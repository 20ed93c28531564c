package sqlstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
)

func TestWhoeverWaitsForAConnectionMayLeave(t *testing.T) {
	s := openTest(t)
	for range cap(s.read.slots) {
		s.read.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := s.Lookup(ctx, session.Digest{})
		ended <- err
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Lookup = %v, want ErrUnavailable and that the deadline has passed", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("a caller whose context ended still waits for a connection")
	}
	for range cap(s.read.slots) {
		<-s.read.slots
	}
}
