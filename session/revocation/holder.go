package revocation

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Holder is one party that believes a set for as long as it hears of the log: a node, which hears of it from the database, or a
// subscriber, which hears of it from a node. It is a plain state machine: no clock, goroutine or socket of its own, so that the daemon,
// a guard and the simulator run the same one. Readings of the holder's own clock are passed in.
//
// Follow, Extend and Drop have one caller; the questions ([Holder.Believes], [Holder.Log], [Holder.Mark], [Holder.Holds], [Holder.Vouches]) may
// be asked by anybody. Whoever judges something remembered asks Believes first and Holds or Vouches after it, both after the question has
// arrived. The other way round a renewal between the two makes the lease live again after the set was looked at without the entry that it brought.
type Holder struct {
	set    *Set
	length time.Duration          // no page is believed for longer
	until  atomic.Int64           // the lease, as an Instant
	era    atomic.Uint64          // counts the histories seen; what was remembered in another one is not believed
	log    string                 // the history that the set belongs to; "" before the first page
	told   atomic.Pointer[string] // the same, for everybody
	robbed bool                   // that history has lost entries which are known here
	last   Entry                  // applied last in that history; zero: none so far
}

// NewHolder believes nothing until it has followed a page and extended its lease by it.
func NewHolder(length time.Duration) *Holder { return &Holder{set: NewSet(), length: length} }

// Set is what the holder knows.
func (h *Holder) Set() *Set { return h.set }

// Lease is until when it may believe that.
func (h *Holder) Lease() Lease { return Lease{Instant(h.until.Load())} }

// Believes reports whether the lease lives.
func (h *Holder) Believes(now Instant) bool { return h.Lease().Live(now) }

// Log is the id of the history that is followed, "" before the first page.
func (h *Holder) Log() string {
	if log := h.told.Load(); log != nil {
		return *log
	}
	return ""
}

// Drop ends the lease, as when the registration under which it was given is gone: nobody waits for it any more.
func (h *Holder) Drop() { h.until.Store(0) }

// Forget drops all that is known, when what was followed is gone: what was remembered is not believed any more, and the next page begins anew.
func (h *Holder) Forget() { h.startAnew(Page{}) }

// Follow applies a page. It reports whether there is more to read, from Applied on, before the head is reached. An error ends the lease:
// the page contradicts what is known, and only a page that does not will start a new one.
func (h *Holder) Follow(p Page, now Instant) (more bool, err error) {
	applied := h.set.Applied()
	switch {
	case p.Log != h.log:
		// Another history: nothing learnt from the old one may be believed (pitfall P6).
		h.startAnew(p)
		if p.After != p.Floor {
			return true, nil // the page begins elsewhere
		}
	case h.robbed || restored(p):
		// For good: when the log has grown past what is known here, other entries stand in the place of those that it lost.
		h.robbed = true
		h.Drop()
		return false, fmt.Errorf("the log ends at entry %d, but this process has seen %d: %w", p.Head, applied, ErrRestored)
	case h.regrown(p):
		h.robbed = true
		h.Drop()
		return false, fmt.Errorf("%w: entry %d is not the one that this process has seen: %w", errRegrown, applied, ErrRestored)
	case p.Floor > applied:
		// Away for longer than the log reaches back: whatever was remembered is too old as well (pitfall P7).
		h.startAnew(p)
		return true, nil
	}
	for i, e := range p.Entries {
		if want := p.After + 1 + Seq(i); !follows(e, want) {
			h.Drop()
			return false, fmt.Errorf("revocation log: entry %d where %d was expected", e.Seq, want)
		}
	}
	if p.After > h.set.Applied() {
		return true, nil // an answer to an older question, from before a reset
	}
	h.set.Apply(p.Entries, now)
	if n := len(p.Entries); n > 0 && p.Entries[n-1].Seq == h.set.Applied() {
		h.last = p.Entries[n-1]
	}
	return h.set.Applied() < p.Head, nil
}

// ErrRestored means that the log has lost entries that are known here. Whoever knows them goes on refusing to answer: nobody can tell what else is
// lost.
var ErrRestored = errors.New("the database was restored from an older copy")

// errRegrown means that other entries stand where those were that have been applied.
var errRegrown = errors.New("the revocation log is not the one that was followed")

// startAnew counts the era twice. What is judged while the set is emptied sees the first count if it sees the empty set; what is marked
// in between, with a seq of the old history, is of an era that is over with the second.
func (h *Holder) startAnew(p Page) {
	h.Drop()
	h.era.Add(1)
	h.set.Reset(p.Floor)
	h.log, h.robbed, h.last = p.Log, false, Entry{}
	h.told.Store(&p.Log)
	h.era.Add(1)
}

// Extend lengthens the lease by the page that was followed to its head: from the instant before it was asked for (pitfall P11), for what
// the one who gave it may still believe (pitfall P18), and only after all of it was applied (pitfall P12).
func (h *Holder) Extend(begun Instant, p Page) {
	if h.followed(p) {
		h.until.Store(int64(h.Lease().Extend(begun, min(h.length, p.Lease)).until))
	}
}

// Mark is taken before something is read that will be remembered.
type Mark struct {
	Asof Seq
	Era  uint64
	At   Instant
}

// Mark notes what is known now. The era is read first: with a set that was reset since, the mark is of an era that is over.
func (h *Holder) Mark(now Instant) Mark {
	era := h.era.Load()
	return Mark{h.set.Applied(), era, now}
}

// Holds reports whether something remembered under a mark may be used: not covered, young enough, and of the same history. The era is
// compared last: were it the same only before the set was looked at, the set may by then have been that of another history.
func (h *Holder) Holds(m Mark, marks *Marks, now Instant) bool {
	return !h.set.Covers(marks, m.Asof) && !Forgotten(m.At, now) && h.remembers(m)
}
