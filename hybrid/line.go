package hybrid

import (
	"slices"

	"github.com/introspectd/introspectd/session"
)

// Line names the internal tokens that one was made of, by their jti, the nearest first: each of them that is taken back takes along what was
// made of it. A token that was made of a handle has an empty one.
type Line [MaxActors]session.ID

// IDs is the line as a slice of its own.
func (l *Line) IDs() []session.ID {
	n := l.len()
	if n == 0 {
		return nil
	}
	ids := make([]session.ID, n)
	copy(ids, l[:n])
	return ids
}

func (l *Line) len() int {
	for i := range l {
		if l[i].IsZero() {
			return i
		}
	}
	return len(l)
}

// from is the line of what is made of a token with this line. There is no room in it for more exchanges than a chain of clients has.
func (l *Line) from(id session.ID) (next Line, ok bool) {
	next[0] = id
	copy(next[1:], l[:])
	return next, l.len() < len(l)
}

// valid reports whether it is one that we write: without gaps, no id in it twice, and not the token's own.
func (l *Line) valid(own session.ID) bool {
	n := l.len()
	for i := range l {
		if l[i].IsZero() != (i >= n) || i < n && (l[i] == own || slices.Contains(l[:i], l[i])) {
			return false
		}
	}
	return true
}
