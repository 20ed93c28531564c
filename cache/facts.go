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

// kept is what the memory holds of a token.
type kept struct {
	facts *facts
	terms *terms
}

func (e *entry) keep() kept {
	e.facts = e.remember()
	subject := e.token.Subject
	if len(subject) > shortSubject {
		own := *e.token.terms
		own.subject = subject
		return kept{e.facts, &own}
	}
	e.facts.length = uint8(copy(e.facts.subject[:], subject))
	return kept{e.facts, e.token.terms}
}

// known is a token that a question has found, in memory or in the store.
type known struct {
	*facts
	*terms
	subject string
}

func (k kept) known() known {
	if k.terms.subject != "" {
		return known{k.facts, k.terms, k.terms.subject}
	}
	return known{k.facts, k.terms, string(k.facts.subject[:k.facts.length])}
}

// found is what a question is told.
func (k *known) found(s session.Standing, to *session.Found) {
	to.Standing, to.Asof, to.Usage = s, k.mark.Asof, &k.usage
	to.Token.Digest, to.Token.Kind, to.Token.ID, to.Token.SessionID, to.Token.Subject = k.digest, k.Kind, k.id, k.session, k.subject
	to.Token.Client, to.Token.Audience, to.Token.Scope, to.Token.ACR, to.Token.AMR = k.Client, k.Audience, k.Scope, k.ACR, k.AMR
	to.Token.AuthTime, to.Token.IssuedAt, to.Token.ExpiresAt, to.Token.Born = k.authTime, k.issuedAt, k.expiresAt, k.born
}

// standing is what the token's own facts say, as long as they may be believed.
func (f *facts) standing(at time.Time) session.Standing {
	if f.gone || f.expiresAt == 0 || f.expiresAt.Passed(at) {
		return session.Gone
	}
	return session.Good
}
