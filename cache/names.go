package cache

import (
	"sync"

	"github.com/introspectd/introspectd/session"
)

// names lets entries share the texts that most of them have in common: each comes out of the database as a copy of its own.
type names struct {
	mu   sync.Mutex
	seen map[string]string // guarded by mu
}

// maxNames bounds the table, and longestName what goes in: together 1 MB. When it is full it starts anew; entries keep what they share.
const (
	maxNames    = 4096
	longestName = 256
)

// share is t with its texts out of the table. Subjects are left alone: they are as many as sessions.
func (n *names) share(t session.Token) session.Token {
	n.mu.Lock()
	defer n.mu.Unlock()
	t.Client = n.one(t.Client)
	t.Audience = session.List(n.one(string(t.Audience)))
	t.Scope = session.List(n.one(string(t.Scope)))
	t.ACR = n.one(t.ACR)
	t.AMR = session.List(n.one(string(t.AMR)))
	return t
}

func (n *names) one(text string) string {
	if text == "" || len(text) > longestName {
		return text
	}
	if shared, ok := n.seen[text]; ok {
		return shared
	}
	if n.seen == nil || len(n.seen) >= maxNames {
		n.seen = map[string]string{}
	}
	n.seen[text] = text
	return text
}
