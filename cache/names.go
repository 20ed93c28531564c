package cache

import (
	"sync"

	"github.com/introspectd/introspectd/session"
)

// names lets records share their terms: each comes out of the database with a copy of its own.
type names struct {
	mu   sync.Mutex
	seen map[terms]*terms // guarded by mu
}

// maxNames bounds the table, and longestName the texts of one of its terms together: 5 MB in all. When it is full it starts anew; records
// keep what they share.
const (
	maxNames    = 4096
	longestName = 1024
)

// share is the record of a token. Subjects are left alone: they are as many as sessions.
func (n *names) share(t session.Token) record {
	return record{
		terms:  n.one(terms{Kind: t.Kind, Client: t.Client, Audience: t.Audience, Scope: t.Scope, ACR: t.ACR, AMR: t.AMR}),
		Digest: t.Digest, ID: t.ID, SessionID: t.SessionID, Subject: t.Subject,
		AuthTime: t.AuthTime, IssuedAt: t.IssuedAt, ExpiresAt: t.ExpiresAt, Born: t.Born,
	}
}

func (n *names) one(t terms) *terms {
	if len(t.Client)+len(t.Audience)+len(t.Scope)+len(t.ACR)+len(t.AMR) > longestName {
		return &t
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if shared, ok := n.seen[t]; ok {
		return shared
	}
	if n.seen == nil || len(n.seen) >= maxNames {
		n.seen = map[terms]*terms{}
	}
	n.seen[t] = &t
	return &t
}
