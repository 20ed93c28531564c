package revocation

import (
	"sync"
	"sync/atomic"

	"github.com/introspectd/introspectd/session"
)

// Set is what a process knows of the log that can still matter to anything it remembers. It is exact, a plain map: nothing here is
// dropped, delayed or evicted, as a cache may do with what it holds.
//
// Apply and Reset have one caller, the process's follower of the log; all else may be called by anybody.
type Set struct {
	applied atomic.Uint64 // entries up to this seq are in it, but those forgotten
	size    atomic.Int64  // entries in it, so that an empty set costs a question nothing
	_       [112]byte     // who locks mu writes to its line; these two, which everybody reads, are not on it

	mu               sync.RWMutex // guards what follows
	tokens, sessions map[session.ID]Seq
	names            map[session.Selector]Seq
	all              Seq
	recent           []arrival     // in the order applied, up to Applied without gaps; the oldest are forgotten first
	whole            map[Seq]Entry // those of them that do not fit into an arrival
}

// NewSet is empty and has applied nothing.
func NewSet() *Set {
	return &Set{tokens: map[session.ID]Seq{}, sessions: map[session.ID]Seq{}, names: map[session.Selector]Seq{}, whole: map[Seq]Entry{}}
}

// byID is where a kind is kept that ids name; nil for the others.
func (s *Set) byID(t session.Target) map[session.ID]Seq {
	switch t {
	case session.TargetToken:
		return s.tokens
	case session.TargetSession:
		return s.sessions
	}
	return nil
}

// Marks are the things a remembered answer hangs on: any of them may be taken back.
type Marks struct {
	Token, From          session.ID   // its own jti, and the tid of the handle it was made of
	Line                 []session.ID // the jtis of what stands between the two; most have nothing there
	Session              session.ID
	Subject              string
	Client, IssuedClient string // to whom it was issued, and to whom the handle it was made of was
	Key                  string // the kid that signed it; whatever asof says, a key entry covers it
}

// MarksOf lists what a handle's token hangs on.
func MarksOf(t *session.Token) Marks {
	return Marks{Token: t.ID, Session: t.SessionID, Subject: t.Subject, Client: t.Client}
}

// Applied is the seq up to which every entry is known. Whoever reads it first and then finds something not covered knows that it is not
// covered by any entry up to there, and in the same history need not look again before Applied is another.
func (s *Set) Applied() Seq { return Seq(s.applied.Load()) }

// Len counts the entries that still matter.
func (s *Set) Len() int { return int(s.size.Load()) }

// Covers reports whether something that was known good as of a seq has been taken back since, as far as is known here. A yes is final.
func (s *Set) Covers(m *Marks, asof Seq) bool {
	if s.size.Load() == 0 {
		return false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.all > asof ||
		s.tokens[m.Token] > asof ||
		s.sessions[m.Session] > asof ||
		s.names[session.BySubject(m.Subject)] > asof ||
		s.names[session.ByClient(m.Client)] > asof {
		return true
	}
	for _, id := range m.Line {
		if s.tokens[id] > asof {
			return true
		}
	}
	return !m.From.IsZero() && s.tokens[m.From] > asof ||
		m.IssuedClient != "" && s.names[session.ByClient(m.IssuedClient)] > asof ||
		m.Key != "" && s.coversKey(m.Key)
}

// CoversClient reports whether a client that was known to be in order as of a seq has been disabled or removed since. Ending everything
// ends what was issued to clients, not their registration.
func (s *Set) CoversClient(id string, asof Seq) bool {
	if s.size.Load() == 0 {
		return false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.names[session.ByClient(id)] > asof
}

// CoversKey reports whether a key that signs was taken back.
func (s *Set) CoversKey(id string) bool {
	if s.size.Load() == 0 {
		return false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.names[session.ByKey(id)] > 0
}

// Reset starts anew behind a seq, when what was known before belongs to another history or is too old to be followed. Whoever resets
// has stopped believing whatever was remembered.
func (s *Set) Reset(behind Seq) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
	clear(s.sessions)
	clear(s.names)
	clear(s.whole)
	s.all, s.recent = 0, nil
	s.applied.Store(uint64(behind))
	s.size.Store(0)
}

func (s *Set) put(e Entry) {
	switch e.Target {
	case session.TargetAll:
		s.all = e.Seq
	case session.TargetToken, session.TargetSession:
		if id, ok := session.ParseID(e.Key); ok {
			s.byID(e.Target)[id] = e.Seq
		}
	default:
		s.names[e.Selector] = e.Seq
	}
}

// forget drops what was applied before an instant, unless the same thing was taken back again later.
func (s *Set) forget(before Instant) {
	n := 0
	for n < len(s.recent) && s.recent[n].at < before {
		e := s.kept(n)
		s.drop(e)
		delete(s.whole, e.Seq)
		n++
	}
	s.recent = s.recent[n:]
	if n > 0 && cap(s.recent) > 2*len(s.recent)+64 {
		s.recent = append([]arrival(nil), s.recent...) // let a storm's memory go
	}
}

func (s *Set) drop(e Entry) {
	switch e.Target {
	case session.TargetAll:
		if s.all == e.Seq {
			s.all = 0
		}
	case session.TargetToken, session.TargetSession:
		if id, ok := session.ParseID(e.Key); ok && s.byID(e.Target)[id] == e.Seq {
			delete(s.byID(e.Target), id)
		}
	default:
		if s.names[e.Selector] == e.Seq {
			delete(s.names, e.Selector)
		}
	}
}

// oldest is the seq behind which nothing has been forgotten.
func (s *Set) oldest() Seq {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.recent) == 0 {
		return s.Applied()
	}
	return s.seqOf(0) - 1
}

// entry is the one at a seq, zero when it is forgotten or not known yet.
func (s *Set) entry(seq Seq) Entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if i := len(s.recent) - 1 - int(s.Applied()-seq); seq <= s.Applied() && i >= 0 {
		return s.kept(i)
	}
	return Entry{}
}

// since lists the entries after a seq, at most so many, and the seq of the newest. It is false when some of them are forgotten, or not
// known yet.
func (s *Set) since(after Seq, limit int) (entries []Entry, head Seq, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	head = s.Applied()
	if after > head || after < head-Seq(len(s.recent)) {
		return nil, head, false
	}
	for i := len(s.recent) - int(head-after); i < len(s.recent) && len(entries) < limit; i++ {
		entries = append(entries, s.kept(i))
	}
	return entries, head, true
}
