package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/introspectd/introspectd/session"
)

func TestFewNamesHaveOnePlaceInMemory(t *testing.T) {
	n := newInterner()
	place := func(text string) *byte {
		n.intern(&text)
		return unsafe.StringData(text)
	}
	first := place(strings.Clone("orders billing"))
	for range 3 {
		if place(strings.Clone("orders billing")) != first {
			t.Error("equal names have two places")
		}
	}
	long := strings.Repeat("x", maxInternedLen+1)
	if one, other := place(strings.Clone(long)), place(strings.Clone(long)); one == other {
		t.Error("a long name is kept")
	}
	for i := range 3 * maxInterned {
		place(fmt.Sprint("name ", i))
		if len(n.seen) > maxInterned {
			t.Fatalf("%d names are kept, want %d at most", len(n.seen), maxInterned)
		}
	}
}

func TestLookupsShareTheirNames(t *testing.T) {
	s := openTest(t)
	var places [2]*byte
	for i := range places {
		o := testOpening(fmt.Sprint("subject ", i))
		o.Access.Scope = "orders:read orders:write"
		if err := s.Open(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		found, err := s.Lookup(t.Context(), o.Access.Digest)
		if err != nil || found.Token.Scope != o.Access.Scope {
			t.Fatalf("Lookup = %+v, %v", found, err)
		}
		places[i] = unsafe.StringData(string(found.Token.Scope))
	}
	if places[0] != places[1] {
		t.Error("two tokens with one scope keep two copies of it")
	}
}

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
