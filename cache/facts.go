package cache

import (
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// facts are what a token has for itself. But for the time of its last recorded use they never change. There are as many as tokens are
// remembered, so there is no pointer in them that each collection would have to follow, and they fill a size that the allocator has.
type facts struct {
	digest    session.Digest
	id        session.ID
	session   session.ID
	authTime  session.Date
	issuedAt  session.Date
	expiresAt session.Date
	born      session.Seq
	mark      revocation.Mark // as of when it was known good
	usage     session.Usage
	// gone says that the store called it taken back. That is a fact like the others: nothing taken back comes to life again.
	gone    bool
	length  uint8 // of the subject, in bytes
	subject [shortSubject]byte
}

// shortSubject is room for what most subjects are: numbers, UUIDs, user names, hashes in base64.
const shortSubject = 46

// standing is what the token's own facts say, as long as they may be believed.
func (f *facts) standing(at time.Time) session.Standing {
	if f.gone || f.expiresAt == 0 || f.expiresAt.Passed(at) {
		return session.Gone
	}
	return session.Good
}
