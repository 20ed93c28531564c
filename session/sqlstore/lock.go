package sqlstore

import (
	"hash/fnv"
	"slices"

	"github.com/introspectd/introspectd/session"
)

// lock is a thing that a transaction needs to itself, or needs nobody else to have to himself. Where one transaction writes at a time locks
// mean nothing. Elsewhere a group takes all of its locks in its first step, in one order, so that no two groups wait for each other.
//
// What takes back has the thing it takes back to itself; what makes tokens shares all that could take them back: so nothing is made past a
// taking-back that has committed (pitfall P26), and of two takings-back the second sees the first.
type lock struct {
	key   int64
	alone bool
}

// lockOn is on one of a kind. Two that share a number wait for each other for nothing, which does no harm.
func lockOn(alone bool, kind, name string) lock {
	h := fnv.New64a()
	_, _ = h.Write([]byte(kind))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write([]byte(name))
	return lock{int64(h.Sum64()), alone}
}

func alone(kind, name string) lock { return lockOn(true, kind, name) }

// place is what a token or a session belongs to.
type place struct {
	session         session.ID
	subject, client string
}

// underneath are the locks of whoever makes tokens for a subject and a client.
func (p place) underneath() []lock {
	return []lock{lockOn(false, "all", ""), lockOn(false, "subject", p.subject), lockOn(false, "client", p.client)}
}

// whole are the locks of whoever changes the session.
func (p place) whole() []lock { return append(p.underneath(), alone("session", string(p.session[:]))) }

// inOrder sorts locks, each once.
func inOrder(locks []lock) []lock {
	slices.SortFunc(locks, func(a, b lock) int {
		switch {
		case a.key < b.key, a.key == b.key && a.alone && !b.alone:
			return -1
		case a == b:
			return 0
		default:
			return 1
		}
	})
	return slices.CompactFunc(locks, func(a, b lock) bool { return a.key == b.key }) // the one to itself comes first
}
