package guard

import (
	"sync/atomic"

	"github.com/introspectd/introspectd/session"
)

// clearance is up to where the log is known to take a verdict back nowhere: while nothing newer was applied, there is nothing to look for. It
// counts in the history of the verdict's mark. The zero clearance knows nothing.
type clearance struct{ next atomic.Uint64 } // the seq of the first entry that was not looked for; 0: none was

// upTo reports whether there is nothing to look for in a set that has applied the entries up to a seq.
func (c *clearance) upTo(applied session.Seq) bool { return c.next.Load() == uint64(applied)+1 }

// note is called after a look that found nothing in a set that had applied so much when the look began. Of two who call it at once either may
// win, since both are right. It writes only what is new: all processors may be reading the verdict of one busy token.
func (c *clearance) note(applied session.Seq) {
	if next := uint64(applied) + 1; c.next.Load() != next {
		c.next.Store(next)
	}
}
