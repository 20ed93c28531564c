package revocation

import "github.com/introspectd/introspectd/session"

// Seq is a position in the log.
type Seq = session.Seq

// Entry is one taking-back: what Selector names and was known good as of a smaller seq is good no more.
type Entry struct {
	Seq Seq
	session.Selector
	At    session.Date // when it was taken back, for people; never compared
	Until session.Date // the log keeps the entry at least until then
}
