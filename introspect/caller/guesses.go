package caller

import (
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Purpose is what a token is looked up for. Guesses are counted for each by themselves: a flood at one endpoint closes no other one.
type Purpose string

// The purposes.
const (
	Introspection Purpose = "introspection"
	Exchanging    Purpose = "exchange"
	Forwarding    Purpose = "forward-auth"
	Refreshing    Purpose = "refresh"
	Presenting    Purpose = "bearer" // a token in the place of client authentication
	TakingBack    Purpose = "taking back"
)

// Guesses bounds how often the store is asked for tokens that were never issued, per purpose and source (RFC 7662 §4). A token that was issued or
// found here before is no guess, whoever else guesses: it is looked up at any time.
type Guesses struct {
	spent *Throttle
	known known
}

// NewGuesses allows so many guesses a second after a first burst, of one source for one purpose. A rate of zero or less means no limit.
func NewGuesses(perSecond float64, burst int) *Guesses {
	return &Guesses{spent: NewThrottle(perSecond, burst), known: make(known, knownRows)}
}

// MayLook reports whether the store may be asked about a token.
func (g *Guesses) MayLook(p Purpose, source string, d session.Digest, at time.Time) bool {
	return !g.spent.Exhausted(key(p, source), at) || g.known.has(d)
}

// Unknown counts a token that was looked up and was never issued, and reports whether the source could afford it.
func (g *Guesses) Unknown(p Purpose, source string, at time.Time) bool {
	return g.spent.Spend(key(p, source), at)
}

// Known takes note of a token that was issued or found.
func (g *Guesses) Known(d session.Digest) { g.known.add(d) }

func key(p Purpose, source string) string { return string(p) + " " + source }

// known remembers some of the digests that exist, by eight bytes of each. It never forgets one for something that does not exist, so whoever
// guesses cannot clear it; and what else has those bytes costs one look-up, and nothing more.
type known []row

type row [4]atomic.Uint64

// knownRows holds a quarter of a million digests in 2 MB.
const knownRows = 1 << 16

func (k known) row(d session.Digest) (r *row, mark uint64) {
	return &k[binary.LittleEndian.Uint64(d[:8])%knownRows], binary.LittleEndian.Uint64(d[8:16]) | 1
}

func (k known) has(d session.Digest) bool {
	r, mark := k.row(d)
	for i := range r {
		if r[i].Load() == mark {
			return true
		}
	}
	return false
}

// add takes an empty place, else one of the four by the digest itself. Two at once may take the same place: the loser is added again when it is
// found again.
func (k known) add(d session.Digest) {
	r, mark := k.row(d)
	into := &r[d[16]%4]
	for i := range r {
		switch r[i].Load() {
		case mark:
			return
		case 0:
			into = &r[i]
		}
	}
	into.Store(mark)
}
