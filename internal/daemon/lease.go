package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// noLease is why questions are answered 503, for anybody to read: what kind of trouble it is, and for how long. The log has the words of the database.
func (d *Daemon) noLease(error) string {
	lasts, err := d.node.Trouble()
	if err == nil {
		return "a renewal took longer than the lease, or is under way"
	}
	return fmt.Sprintf("for %v: %s", lasts.Round(100*time.Millisecond), trouble(err))
}

func trouble(err error) string {
	switch {
	case errors.Is(err, revocation.ErrRestored):
		return "the database was restored from an older copy; restart when it is the right one"
	case errors.Is(err, revocation.ErrStruck):
		return "others have stopped waiting for this daemon, which registers anew"
	case errors.Is(err, context.DeadlineExceeded):
		return "the database did not answer in time"
	case errors.Is(err, session.ErrUnavailable):
		return "the database cannot be reached, read or written"
	default:
		return "the revocation log cannot be followed; the log of the daemon says why"
	}
}
