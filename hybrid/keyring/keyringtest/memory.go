// Package keyringtest has the suite that every keyring.Store passes, and a store in memory.
package keyringtest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/session"
)

// Memory keeps a list of keys while the process lives. The zero Memory is empty.
type Memory struct {
	mu      sync.Mutex // guards what follows
	keys    []keyring.Record
	version uint64
	down    bool
}

// Load is keyring.Store's.
func (m *Memory) Load(context.Context) ([]keyring.Record, uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return nil, 0, fmt.Errorf("unplugged: %w", session.ErrUnavailable)
	}
	return clone(m.keys), m.version, nil
}

// Save is keyring.Store's.
func (m *Memory) Save(_ context.Context, version uint64, keys []keyring.Record) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return false, fmt.Errorf("unplugged: %w", session.ErrUnavailable)
	}
	if version != m.version {
		return false, nil
	}
	m.keys, m.version = clone(keys), m.version+1
	return true, nil
}

// Unplug makes every call fail, or no longer fail.
func (m *Memory) Unplug(down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = down
}

func clone(keys []keyring.Record) []keyring.Record {
	out := slices.Clone(keys)
	for i := range out {
		out[i].Sealed = bytes.Clone(out[i].Sealed)
	}
	return out
}
