package revocation

import (
	"fmt"
	"sync/atomic"
	"time"
)

// Holder is one party that believes a set for as long as it hears of the log: a node, which hears of it from the database, or a
// subscriber, which hears of it from a node. It is a plain state machine: no clock, goroutine or socket of its own, so that the daemon,
// a guard and the simulator run the same one. Readings of the holder's own clock are passed in.
//
// Follow and Extend have one caller; the questions ([Holder.Believes], [Holder.Mark], [Holder.Holds]) may be asked by anybody.
type Holder struct {
	set    *Set
	length time.Duration // no page is believed for longer
	until  atomic.Int64  // the lease, as an Instant
	era    atomic.Uint64 // counts the histories seen; what was remembered in another one is not believed
	log    string        // the history that the set belongs to; "" before the first page
}

// NewHolder believes nothing until it has followed a page and extended its lease by it.
func NewHolder(length time.Duration) *Holder { return &Holder{set: NewSet(), length: length} }

// Set is what the holder knows.
func (h *Holder) Set() *Set { return h.set }

// Lease is until when it may believe that.
func (h *Holder) Lease() Lease { return Lease{Instant(h.until.Load())} }

// Believes reports whether the lease lives.
func (h *Holder) Believes(now Instant) bool { return h.Lease().Live(now) }

// Follow applies a page. It reports whether there is more to read, from Applied on, before the head is reached. An error ends the lease:
// the page contradicts what is known, and only a page that does not will start a new one.
func (h *Holder) Follow(p Page, now Instant) (more bool, err error) {
	applied := h.set.Applied()
	switch {
	case p.Log != h.log:
		// Another history: nothing learnt from the old one may be believed (pitfall P6).
		h.startAnew(p)
		if applied != p.Floor {
			return true, nil // the page begins elsewhere
		}
	case p.Head < applied:
		h.until.Store(0)
		return false, fmt.Errorf("the log ends at entry %d, but this process has seen %d: the database was restored from an older copy", p.Head, applied)
	case p.Floor > applied:
		// Away for longer than the log reaches back: whatever was remembered is too old as well (pitfall P7).
		h.startAnew(p)
		return true, nil
	}
	for i, e := range p.Entries {
		if want := p.After + 1 + Seq(i); e.Seq != want {
			h.until.Store(0)
			return false, fmt.Errorf("revocation log: entry %d where %d was expected", e.Seq, want)
		}
	}
	if p.After > h.set.Applied() {
		return true, nil // an answer to an older question, from before a reset
	}
	h.set.Apply(p.Entries, now)
	return h.set.Applied() < p.Head, nil
}

func (h *Holder) startAnew(p Page) {
	h.until.Store(0)
	h.era.Add(1)
	h.set.Reset(p.Floor)
	h.log = p.Log
}

// Extend lengthens the lease by the page that was followed to its head: from the instant before it was asked for (pitfall P11), for what
// the one who gave it may still believe (pitfall P18), and only after all of it was applied (pitfall P12).
func (h *Holder) Extend(begun Instant, p Page) {
	if p.Log != h.log || h.set.Applied() < p.Head {
		return
	}
	h.until.Store(int64(h.Lease().Extend(begun, min(h.length, p.Lease)).until))
}

// Mark is taken before something is read that will be remembered.
type Mark struct {
	Asof Seq
	Era  uint64
	At   Instant
}

// Mark notes what is known now.
func (h *Holder) Mark(now Instant) Mark { return Mark{h.set.Applied(), h.era.Load(), now} }

// Holds reports whether something remembered under a mark may be used: same history, young enough, and not covered.
func (h *Holder) Holds(m Mark, marks *Marks, now Instant) bool {
	return m.Era == h.era.Load() && !Forgotten(m.At, now) && !h.set.Covers(marks, m.Asof)
}
