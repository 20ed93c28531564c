package sqlstore

import "sync"

// interner gives equal strings one place in memory. Clients, audiences and scopes are few and remembered sessions are many: of a million
// tokens each keeps a pointer to them, not a copy.
type interner struct {
	mu   sync.RWMutex
	seen map[string]string // guarded by mu
}

// Bounds of what is kept: 2 MB. When it is full, which takes names that are not few after all, it starts anew.
const (
	maxInterned    = 4096
	maxInternedLen = 512
)

func newInterner() *interner { return &interner{seen: map[string]string{}} }

// intern replaces each string by the one kept.
func (n *interner) intern(texts ...*string) {
	missing := false
	n.mu.RLock()
	for _, t := range texts {
		if kept, ok := n.seen[*t]; ok {
			*t = kept
		} else if *t != "" && len(*t) <= maxInternedLen {
			missing = true
		}
	}
	n.mu.RUnlock()
	if missing {
		n.keep(texts)
	}
}

func (n *interner) keep(texts []*string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.seen)+len(texts) > maxInterned {
		n.seen = map[string]string{}
	}
	for _, t := range texts {
		if *t == "" || len(*t) > maxInternedLen {
			continue
		}
		if kept, ok := n.seen[*t]; ok {
			*t = kept
		} else {
			n.seen[*t] = *t
		}
	}
}
