package keyring_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/hybrid/keyring/keyringtest"
	"github.com/introspectd/introspectd/session"
)

func TestRunFollowsTheListAndEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &keyringtest.Memory{}
		r := refreshed(t, store, keyring.Policy{}, time.Now())
		other := refreshed(t, store, keyring.Policy{}, time.Now())
		ctx, cancel := context.WithCancel(t.Context())
		reported, ended := make(chan error, 100), make(chan error, 1)
		go func() { ended <- r.Run(ctx, 10*time.Second, func(err error) { reported <- err }) }()

		if err := other.Rotate(ctx, time.Now(), false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(11 * time.Second)
		if n := r.Public(time.Now()).Len(); n != 2 {
			t.Errorf("%d keys after the other process rotated, want 2", n)
		}
		store.Unplug(true)
		time.Sleep(10 * time.Second)
		if err := <-reported; !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("reported %v, want ErrUnavailable", err)
		}
		store.Unplug(false)
		time.Sleep(3 * time.Hour)
		if n := r.Public(time.Now()).Len(); n != 1 {
			t.Errorf("%d keys after the old one is gone, want 1", n)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
}
