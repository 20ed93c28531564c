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
	// Set is what is known.
	Set() *revocation.Set
	// Mark notes what is known now.
	Mark() revocation.Mark
	// Holds reports whether something that was known good here under a mark may still be used.
	Holds(m revocation.Mark, marks *revocation.Marks) bool
	// Vouches is Holds for what another process found, as of a seq of a log. The mark was taken before Fresh was asked.
	Vouches(m revocation.Mark, log string, asof revocation.Seq, marks *revocation.Marks) bool
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

// judge holds a remembered verdict against the fence, after that was found fresh. In a history other than that of the mark neither yes nor no
// can be read off the set.
func (h *hangs) judge(f Fence) standing {
	covered := h.covered(f)
	switch {
	case f.Mark().Era != h.mark.Era:
		return doubtful
	case covered:
		return over
	case !f.Holds(h.mark, &h.marks):
		return doubtful // too old
	default:
		return good
	}
}

// vouched is judge for a token whose signature was just verified, with the log that its asof counts in.
func (h *hangs) vouched(f Fence, log string) standing {
	covered := h.covered(f)
	switch {
	// Nothing covers what hangs on nothing: this asks whether the log is the one that is followed, and has been since the mark.
	case !f.Vouches(h.mark, log, math.MaxUint64, &revocation.Marks{}):
		return doubtful
	case covered, !f.Vouches(h.mark, log, h.mark.Asof, &h.marks):
		return over
	default:
		return good
	}
}
