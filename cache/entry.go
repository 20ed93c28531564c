package cache

import (
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// entry is a token as it was read from the store. It never changes once it is remembered, and lives for as long as those wait who asked
// for it.
type entry struct {
	token record
	mark  revocation.Mark // as of when it was known good
	gone  bool            // the store called it taken back
	facts *facts          // what is remembered of it; nil: nothing
}

// record is a [session.Token] whose terms are shared.
type record struct {
	*terms
	Digest    session.Digest
	ID        session.ID
	SessionID session.ID
	Subject   string
	AuthTime  session.Date
	IssuedAt  session.Date
	ExpiresAt session.Date
	Born      session.Seq
}

// terms are what many tokens have in common.
type terms struct {
	Kind     session.Kind
	Client   string
	Audience session.List
	Scope    session.List
	ACR      string
	AMR      session.List

	subject string // of one token, which has these terms for itself: it is too long for its facts
}

// known is what there is to judge by.
func (e *entry) known() known {
	f := e.facts
	if f == nil {
		f = e.remember()
	}
	return known{f, e.token.terms, e.token.Subject}
}

func (e *entry) remember() *facts {
	t := &e.token
	f := &facts{
		digest: t.Digest, id: t.ID, session: t.SessionID, authTime: t.AuthTime, issuedAt: t.IssuedAt, expiresAt: t.ExpiresAt, born: t.Born,
		mark: e.mark, gone: e.gone,
	}
	f.usage.Start(t.IssuedAt)
	return f
}
