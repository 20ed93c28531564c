package cache

import (
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// known is a token as it was read from the store, now or long ago. But for the time of its last recorded use it never changes.
type known struct {
	*facts
	*terms
	subject string
}

// knownOf is what the store says of a token.
func (c *Cache) knownOf(t *session.Token, mark revocation.Mark, gone bool) *known {
	f := &facts{
		digest: t.Digest, id: t.ID, session: t.SessionID, authTime: t.AuthTime, issuedAt: t.IssuedAt, expiresAt: t.ExpiresAt, born: t.Born,
		mark: mark, gone: gone,
	}
	f.usage.Start(t.IssuedAt)
	return &known{f, c.names.share(t), t.Subject}
}

// found is what a question is told.
func (k *known) found(s session.Standing, to *session.Found) {
	to.Standing, to.Asof, to.Usage = s, k.mark.Asof, &k.usage
	to.Token.Digest, to.Token.Kind, to.Token.ID, to.Token.SessionID, to.Token.Subject = k.digest, k.Kind, k.id, k.session, k.subject
	to.Token.Client, to.Token.Audience, to.Token.Scope, to.Token.ACR, to.Token.AMR = k.Client, k.Audience, k.Scope, k.ACR, k.AMR
	to.Token.AuthTime, to.Token.IssuedAt, to.Token.ExpiresAt, to.Token.Born = k.authTime, k.issuedAt, k.expiresAt, k.born
}

// keep is what the memory holds of it. It is called before anybody else knows it.
func (k *known) keep() kept {
	if len(k.subject) > shortSubject {
		own := *k.terms
		own.subject = k.subject
		return kept{k.facts, &own}
	}
	k.length = uint8(copy(k.facts.subject[:], k.subject))
	return kept{k.facts, k.terms}
}

// kept is what the memory holds of a token.
type kept struct {
	facts *facts
	terms *terms
}

func (k kept) known() known {
	if k.terms.subject != "" {
		return known{k.facts, k.terms, k.terms.subject}
	}
	return known{k.facts, k.terms, string(k.facts.subject[:k.facts.length])}
}
