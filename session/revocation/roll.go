package revocation

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"
)

// ErrStruck means that a holder's registration is gone: it kept silent for so long that somebody stopped waiting for it. It believes nothing
// any more, and enrols anew under another id.
var ErrStruck = errors.New("no longer registered as a holder of a lease")

// Roll is the log together with the list of those who may answer from memory, and for whom a taking-back has to wait. Package sessiontest has
// the suite that each implementation passes.
type Roll interface {
	Log

	// Enrol registers a holder, and has committed when it returns (pitfall P15). It counts as having acknowledged what the log holds at that
	// moment: it has no lease that could lack any of it. Leases of the given length will be counted from its renewals.
	Enrol(ctx context.Context, id HolderID, lease time.Duration) error

	// Renew is Read for a registered holder: one snapshot or committed write of the primary that also finds the holder registered, or
	// [ErrStruck]. When it returns, everybody who may wait for the holder can see that it has been told what the page's head is; and, should
	// somebody wait for that, what it has acknowledged.
	Renew(ctx context.Context, r Renewal) (Page, error)

	// Holders lists all that are registered, and the longest of their leases.
	Holders(ctx context.Context) ([]Acked, time.Duration, error)

	// Strike removes holders that have not renewed since an entry of a log; it looks again whether they have. Entry 0 removes them in any case: for
	// a holder that leaves by itself.
	Strike(ctx context.Context, log string, seq Seq, ids ...HolderID) error
}

// Renewal is a holder's question for what is new.
type Renewal struct {
	Holder HolderID
	Log    string // the log that Acked and After are positions in; "" before the first page
	Acked  Seq    // it, and every subscriber of its own that may still believe, has applied the entries up to here
	After  Seq
	Limit  int
}

// NewHolderID makes a random one. A system without randomness ends the process.
func NewHolderID() HolderID {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return HolderID(hex.EncodeToString(b[:]))
}
