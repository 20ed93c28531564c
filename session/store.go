package session

import (
	"context"
	"errors"
	"time"
)

// ErrUnavailable is wrapped by every error of a [Store] that means "could not find out" or "may not have happened": the database is
// away, full, locked or read-only, or the outcome of a commit is unknown. It is never to be read as "no".
var ErrUnavailable = errors.New("session store unavailable")

// Store keeps sessions, tokens and the log of takings-back. Package sessiontest has the suite that each implementation passes, and an
// implementation in memory.
//
// It has more methods than we like in an interface because they share transactions: every write below is one, with the log
// entries that it causes and the log's counter taken last, so that seq order is commit order without gaps. An implementation
//   - MUST make a write durable before it returns nil, and MUST leave nothing behind when it returns an error other than one that
//     says the outcome is unknown;
//   - MUST NOT lose or half apply a write when ctx ends: once begun it completes;
//   - MUST return errors that wrap [ErrUnavailable], or a [*Refusal];
//   - MUST NOT see a [Handle]: only digests come here.
type Store interface {
	Reader

	// Open writes a session and its first tokens. It sets Born of all three to the log's head as read in that transaction. It refuses
	// (UnauthorizedClient) when the session's client is not registered or is disabled in that same transaction.
	Open(ctx context.Context, o *Opening) error

	// Rotate exchanges a refresh token as [Rotation.Judge] decides, having locked what a taking-back of the session, its subject or its
	// client would change, so that no token is made past one that has committed (pitfall P26).
	Rotate(ctx context.Context, r *Rotation) (Rotated, error)

	// Revoke takes back what sel names and was born so far, in O(1) writes however many tokens that covers. ByClient also disables the
	// client. What is taken back already, or was never there, is no error: Seq is then that of the entry that did it, or the head.
	Revoke(ctx context.Context, sel Selector, at time.Time) (Revoked, error)

	// RevokeSigned takes back one signed token by its jti. No row of it is kept, so it is an entry even when the store has never heard of
	// the id; taken back again it is the same entry, until the token's end.
	RevokeSigned(ctx context.Context, id ID, end Date, at time.Time) (Revoked, error)

	// Touch records last uses. Each only moves forward; unknown sessions are passed over.
	Touch(ctx context.Context, uses []Use) error

	// Sweep removes up to limit rows that ended at least [SweepGrace] before at, and says how many. It is called until it says 0.
	Sweep(ctx context.Context, at time.Time, limit int) (int, error)
}

// Reader answers from committed state.
type Reader interface {
	// Lookup finds what the store knows of a digest, in one statement, and checks that the row is the one asked for.
	Lookup(ctx context.Context, d Digest) (Finding, error)

	// LookupEach is Lookup of up to [MaxLookups] digests at once: answer i is about digest i, and all were read from one snapshot, so that
	// they have the same Head. What is wrong with one row is the error of that answer alone; what fails as a whole is an error of each.
	LookupEach(ctx context.Context, ds []Digest) []Looked

	// LookupID is Lookup by the token's ID, which whatever was made of it carries as its tid.
	LookupID(ctx context.Context, id ID) (Finding, error)

	// Sessions lists the subject's sessions that are active at the time, oldest first, at most [MaxSessions].
	Sessions(ctx context.Context, subject string, at time.Time) ([]Session, error)

	// Count says how many sessions are kept, ended ones that are not swept yet included.
	Count(ctx context.Context) (int, error)
}

// MaxLookups bounds what is looked up at once: at some 10 us each the first waits for the last less than a millisecond, and what all have
// in common is a hundredth of the cost by then.
const MaxLookups = 64

// MaxSessions bounds what one listing returns: nobody reads further, and a subject with a million sessions must not fill memory.
const MaxSessions = 1000

// SweepGrace is how long an expired row stays: for so long, a caller that still asks about it is known not to be guessing.
const SweepGrace = time.Hour

// Opening is a session with its first pair of tokens. Refresh is the zero Token when the session gets none.
type Opening struct {
	Session Session
	Access  Token
	Refresh Token
}

// Finding is what the store knows of a digest.
type Finding struct {
	Known   bool  // it was issued, and is not swept yet
	Revoked bool  // a taking-back that committed at or before Head covers it
	Token   Token // when Known
	Head    Seq   // the log's head in the snapshot that the row was read from
}

// Looked is the outcome of one look-up among several. With an Err the Finding is the zero one.
type Looked struct {
	Finding Finding
	Err     error
}

// Revoked is what a taking-back did.
type Revoked struct {
	Seq   Seq // the entry to wait for
	Ended int // sessions that were active and now are not
}

// Use says that a session was used.
type Use struct {
	Session ID
	At      Date
}
