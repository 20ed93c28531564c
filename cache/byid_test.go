package cache

import (
	"errors"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
)

func (d *desk) findID(id session.ID) session.Found {
	d.Helper()
	found, err := d.cache.FindID(d.Context(), id, time.Now(), nil)
	if err != nil {
		d.Fatalf("FindID: %v", err)
	}
	return found
}

func TestByIDIsTheSameTokenRememberedAndFenced(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice, bob := d.issue(d.token("alice")), d.issue(d.token("bob"))
		for range 3 {
			if got := d.findID(alice.ID); got.Standing != session.Good || got.Token != alice {
				t.Fatalf("FindID = %+v, want %+v", got, alice)
			}
			d.cache.memory.Wait()
		}
		if s := d.cache.Stats(); s.Loads != 1 || s.Hits != 2 {
			t.Errorf("Stats = %+v, want 1 load and 2 hits", s)
		}
		d.settle(d.revoke(session.BySession(alice.SessionID)))
		if got := d.findID(alice.ID); got.Standing != session.Gone {
			t.Errorf("after its session ended: %d, want gone", got.Standing)
		}
		if got := d.findID(bob.ID); got.Standing != session.Good || got.Token != bob {
			t.Errorf("FindID of another = %+v, want %+v", got, bob)
		}
	})
}

func TestByIDNothingIsRememberedOfWhatIsUnknown(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		tok := d.token("alice")
		if got := d.findID(tok.ID); got.Standing != session.Unknown {
			t.Fatalf("before it was issued: %d", got.Standing)
		}
		tok = d.issue(tok)
		if got := d.findID(tok.ID); got.Standing != session.Good {
			t.Errorf("once it is issued: %d, want good", got.Standing)
		}
		throttled := errors.New("no")
		if _, err := d.cache.FindID(d.Context(), session.NewID(), time.Now(), func() error { return throttled }); !errors.Is(err, throttled) {
			t.Errorf("FindID = %v, want what admit said", err)
		}
		d.ledger.Fail(errDown)
		if _, err := d.cache.FindID(d.Context(), session.NewID(), time.Now(), nil); !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("without the store: %v, want ErrUnavailable", err)
		}
	})
}

func TestAnIDInThePlaceOfADigestIsToldFromOne(t *testing.T) {
	id := session.NewID()
	if got, ok := idOf(byID(id)); !ok || got != id {
		t.Errorf("idOf(byID(%v)) = %v, %v", id, got, ok)
	}
	if _, ok := idOf(session.NewHandle(session.Access).Digest()); ok {
		t.Error("a digest is taken for an id")
	}
}

// The memory goes by half of an id.
func TestTwoIDsUnderOneKeyAreToldApart(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		first := d.token("alice")
		second := d.token("bob")
		copy(second.ID[8:], first.ID[8:])
		second.ID[0] ^= 1
		first, second = d.issue(first), d.issue(second)
		for range 3 {
			for _, want := range []session.Token{first, second} {
				if got := d.findID(want.ID); got.Standing != session.Good || got.Token != want {
					t.Errorf("FindID(%v) = %+v, want %+v", want.ID, got, want)
				}
				d.cache.memory.Wait()
			}
		}
	})
}
