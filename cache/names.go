package cache

import (
	"sync"

	"github.com/introspectd/introspectd/session"
)

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

// names lets tokens share their terms: each comes out of the database with a copy of its own.
type names struct {
	mu   sync.Mutex
	seen map[terms]*terms // guarded by mu
}

// maxNames bounds the table, and longestName the texts of one of its terms together: 5 MB in all. When it is full it starts anew; tokens
// keep what they share.
const (
	maxNames    = 4096
	longestName = 1024
)

// share is the terms of a token. Subjects are left alone: they are as many as sessions.
func (n *names) share(t *session.Token) *terms {
	return n.one(terms{Kind: t.Kind, Client: t.Client, Audience: t.Audience, Scope: t.Scope, ACR: t.ACR, AMR: t.AMR})
}

func (n *names) one(t terms) *terms {
	if len(t.Client)+len(t.Audience)+len(t.Scope)+len(t.ACR)+len(t.AMR) > longestName {
		own := t
		return &own
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if shared, ok := n.seen[t]; ok {
		return shared
	}
	if n.seen == nil || len(n.seen) >= maxNames {
		n.seen = map[terms]*terms{}
	}
	first := t
	n.seen[t] = &first
	return &first
}
