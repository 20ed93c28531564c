package revocation

import (
	"math"

	"github.com/introspectd/introspectd/session"
)

// arrival is an entry as a set keeps it: a storm of a million logouts is to cost less than 100 MB. Its seq follows from its place. One that is named
// by anything but an id, or does not fit otherwise, is kept whole beside it.
type arrival struct {
	id     session.ID
	at     Instant // when it was applied
	taken  session.Date
	lasts  uint32         // Until, in seconds after taken
	target session.Target // targetWhole: it is kept whole
}

const targetWhole session.Target = math.MaxUint8

// arrive appends the entry after the last one.
func (s *Set) arrive(e Entry, now Instant) {
	id, ok := session.ParseID(e.Key)
	if lasts := e.Until - e.At; ok && s.byID(e.Target) != nil && lasts >= 0 && lasts <= math.MaxUint32 {
		s.recent = append(s.recent, arrival{id, now, e.At, uint32(lasts), e.Target})
		return
	}
	s.recent = append(s.recent, arrival{at: now, target: targetWhole})
	s.whole[e.Seq] = e
}

// entry is what it was made of.
func (a *arrival) entry(seq Seq) Entry {
	return Entry{
		Seq: seq, Selector: session.Selector{Target: a.target, Key: a.id.String()}, At: a.taken, Until: a.taken + session.Date(a.lasts),
	}
}

// seqOf is that of a place in recent.
func (s *Set) seqOf(i int) Seq { return s.Applied() - Seq(len(s.recent)-1-i) }

// kept is the entry at a place in recent. The caller holds mu.
func (s *Set) kept(i int) Entry {
	seq := s.seqOf(i)
	if s.recent[i].target == targetWhole {
		return s.whole[seq]
	}
	return s.recent[i].entry(seq)
}
