package sqlstore_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore"
	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

// The head is kept by somebody for longer than the server waits for a lock, and for longer than it lets a statement run, which is the same: whichever it
// says, nothing was done, and that is either tried again or said.
func TestWhatWaitsForTheHeadIsDoneOrSaidNotToBe(t *testing.T) {
	for _, c := range []struct {
		hold, patience time.Duration // hold is 0: for longer than anybody has patience
		done           bool
	}{
		{1500 * time.Millisecond, time.Minute, true},
		{0, 2 * time.Second, false},
	} {
		t.Run(fmt.Sprintf("held for %v, patience %v", c.hold, c.patience), func(t *testing.T) {
			dsn := pgtest.Database(t)
			calm := openAt(t, dsn)
			one := opened(t, calm, 1)[0]
			s := openWith(t, sqlstore.Config{DSN: dsn, Limit: 150 * time.Millisecond, Patience: c.patience})
			holder := raw(t, dsn)
			run1(t, holder, `BEGIN`)
			run1(t, holder, `SELECT seq FROM head WHERE one = 1 FOR UPDATE`) // it has it
			var letting sync.WaitGroup
			if c.hold > 0 {
				letting.Go(func() { time.Sleep(c.hold); run1(t, holder, `ROLLBACK`) })
			}
			revoked, err := s.Revoke(t.Context(), session.BySession(one.Session.ID), benchStart)
			if done := err == nil; done != c.done {
				t.Errorf("Revoke = %v, %v; want done %v", revoked, err, c.done)
			}
			letting.Wait()
			if c.hold == 0 {
				run1(t, holder, `ROLLBACK`)
			}
			found, lookup := calm.LookupID(t.Context(), one.Access.ID)
			if lookup != nil || found.Revoked != (err == nil) {
				t.Errorf("Revoke said %v, and the token is taken back: %v (%v)", err, found.Revoked, lookup)
			}
		})
	}
}
