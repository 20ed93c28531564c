package revocation

import (
	"context"
	"time"
)

// Log is the ordered list of takings-back, as one reads it. Entries are appended by [session.Store] together with the rows they change.
type Log interface {
	// Read returns the entries after a seq in order, at most limit of them, from committed state of the primary: never from a replica or
	// an older snapshot. An error means that nothing is known.
	Read(ctx context.Context, after Seq, limit int) (Page, error)
}

// Page is a piece of the log, read in one snapshot.
type Page struct {
	Log      string  // the log's id: new whenever history may have changed, as in a database restored from a copy
	Head     Seq     // the seq of the newest entry
	Floor    Seq     // entries up to this one may have been dropped
	Entries  []Entry // those after the seq asked for, in order and without gaps
	Last     Entry   // the one at the seq asked for, by which whoever applied it knows the log again; zero when it is not kept any more
	Registry uint64  // changes whenever clients, audiences or signing keys do
	Foreign  Seq     // the newest entry that another process appended, as far as the store can tell; 0: none since it was opened

	// Filled in by whoever asked.
	After Seq           // the seq asked for
	Of    string        // the log that After is a position in; "" before the first page
	Lease time.Duration // for how long the one who answered may still believe it himself; the database always does
}

// Memory is for how long anything remembered may be believed, and an entry is kept in a set after it was applied there (M). The log keeps
// entries for twice as long.
const Memory = 10 * time.Minute

// KeepEntries is for how long the log keeps an entry.
const KeepEntries = 2 * Memory
