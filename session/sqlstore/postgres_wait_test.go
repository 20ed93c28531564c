package sqlstore_test

import (
	"fmt"
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
		hold, patience time.Duration
		done           bool
	}{
		{1500 * time.Millisecond, 20 * time.Second, true},
		{4 * time.Second, 500 * time.Millisecond, false},
	} {
		t.Run(fmt.Sprintf("held for %v, patience %v", c.hold, c.patience), func(t *testing.T) {
			dsn := pgtest.Database(t)
			s := openWith(t, sqlstore.Config{DSN: dsn, Migrate: true, Limit: 150 * time.Millisecond, Patience: c.patience})
			one := opened(t, s, 1)[0]
			held := make(chan error, 1)
			go func() {
				held <- pgtest.Run(t.Context(), dsn, `BEGIN`, `SELECT seq FROM head WHERE one = 1 FOR UPDATE`,
					fmt.Sprintf(`SELECT pg_sleep(%f)`, c.hold.Seconds()), `ROLLBACK`)
			}()
			time.Sleep(300 * time.Millisecond) // it has it
			revoked, err := s.Revoke(t.Context(), session.BySession(one.Session.ID), benchStart)
			if done := err == nil; done != c.done {
				t.Errorf("Revoke = %v, %v; want done %v", revoked, err, c.done)
			}
			if err := <-held; err != nil {
				t.Fatal(err)
			}
			found, lookup := s.LookupID(t.Context(), one.Access.ID)
			if lookup != nil || found.Revoked != (err == nil) {
				t.Errorf("Revoke said %v, and the token is taken back: %v (%v)", err, found.Revoked, lookup)
			}
		})
	}
}
