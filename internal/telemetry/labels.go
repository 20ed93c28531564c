package telemetry

import "sync"

// labels bounds the values of one label: whoever passes in something that a request said must not grow the metrics for ever.
type labels struct {
	mu   sync.RWMutex
	seen map[string]bool // guarded by mu
}

// maxLabels is more than there are endpoints, outcomes or operations.
const maxLabels = 64

func (l *labels) bound(value string) string {
	l.mu.RLock()
	known := l.seen[value]
	l.mu.RUnlock()
	if known {
		return value
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	if !l.seen[value] && len(l.seen) >= maxLabels {
		return "other"
	}
	l.seen[value] = true
	return value
}
