package guard

import (
	"context"
	"math"

	"github.com/introspectd/introspectd/session/revocation"
)

// Fence knows of takings-back in time: while it is fresh, what it does not know of has not returned yet. *revocation.Subscriber is one, and so
// is *revocation.Node.
type Fence interface {
	// Fresh returns nil when what is known may be believed now.
	Fresh(ctx context.Context) error
	// Lease is until when it may be believed. It is no reading of the clock.
	Lease() revocation.Lease
	// Set is what is known.
	Set() *revocation.Set
	// Mark notes what is known now, and when that is.
	Mark() revocation.Mark
	// Vouches reports whether what another process found, as of a seq of a log, may be used here. The mark was taken before Fresh was asked.
	Vouches(m revocation.Mark, log string, asof revocation.Seq, marks *revocation.Marks) bool
}

// moment is what was known and until when it could be believed, once a question had arrived and before anything was looked at for it.
type moment struct {
	mark  revocation.Mark
	lease revocation.Lease
}

// covered reports whether anything that a token hangs on was taken back: its own marks, or a further client that it came through.
func (h *hangs) covered(f Fence) bool {
	set := f.Set()
	if set.Covers(&h.marks, h.mark.Asof) {
		return true
	}
	for actor := range h.actors.All() {
		if set.CoversClient(actor, h.mark.Asof) {
			return true
		}
	}
	return false
}

// judge holds a remembered verdict against the fence, under the lease that there was before: one that begins only now may be that of entries
// which the look at the set has missed. The clock is read once and after the look, for all that goes by it. A process that was stopped in
// between, or a machine that slept, so finds its lease over, and the verdict too old whose takings-back the set may have forgotten
// meanwhile. In a history other than that of the mark neither yes nor no can be read off the set.
//
// The look is mostly one number: that of the entry applied last, when the verdict is known to be clear up to there. That says as much as a
// look at the entries. A holder raises the number when an entry is in its set, then acknowledges it and lets its lease be extended. So when the
// taking-back has returned, either the number is a larger one, or the holder was not heard of and its lease, which is the one taken before, has
// ended by the clock that is read after. Numbers of two histories cannot be confused: eras only grow, so the history that is
// the mark's at the end was it throughout, and only then is the number believed, or noted.
func (h *hangs) judge(f Fence, lease revocation.Lease) standing {
	covered, applied := h.look(f)
	switch now := f.Mark(); {
	case now.Era != h.mark.Era, !lease.Live(now.At):
		return doubtful
	case covered:
		return over
	case revocation.Forgotten(h.mark.At, now.At):
		return doubtful
	default:
		h.clear.note(applied)
		return good
	}
}

// vouched is judge for a token whose signature was just verified, with the log that its asof counts in.
func (h *hangs) vouched(f Fence, log string) standing {
	covered, applied := h.look(f)
	switch {
	// Nothing covers what hangs on nothing: this asks whether the log is the one that is followed, and has been since the mark.
	case !f.Vouches(h.mark, log, math.MaxUint64, &revocation.Marks{}):
		return doubtful
	case covered, !f.Vouches(h.mark, log, h.mark.Asof, &h.marks):
		return over
	default:
		h.clear.note(applied)
		return good
	}
}
