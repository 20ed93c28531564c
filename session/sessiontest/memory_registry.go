package sessiontest

import (
	"context"
	"fmt"
	"maps"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// Registry implements [caller.Store].
func (m *Memory) Registry(ctx context.Context) (caller.Snapshot, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return caller.Snapshot{}, err
	}
	defer end()
	return caller.Snapshot{Clients: maps.Clone(m.clients), Audiences: maps.Clone(m.audiences), Head: m.head}, nil
}

// change raises the registry version unless f says no.
func (m *Memory) change(ctx context.Context, f func() error) error {
	end, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	if err := f(); err != nil {
		return err
	}
	m.registry++
	return nil
}

// AddClient implements [caller.Store].
func (m *Memory) AddClient(ctx context.Context, c caller.Client) error {
	return m.change(ctx, func() error {
		if _, ok := m.clients[c.ID]; ok {
			return fmt.Errorf("add client %s: %w", c.ID, caller.ErrExists)
		}
		m.clients[c.ID] = &c
		return nil
	})
}

// ReplaceSecret implements [caller.Store].
func (m *Memory) ReplaceSecret(ctx context.Context, id string, secret session.Digest) error {
	return m.change(ctx, func() error {
		c, ok := m.clients[id]
		if !ok {
			return fmt.Errorf("replace secret of client %s: %w", id, caller.ErrUnknown)
		}
		changed := *c
		changed.Secret = secret
		m.clients[id] = &changed
		return nil
	})
}

// RemoveClient implements [caller.Store].
func (m *Memory) RemoveClient(ctx context.Context, id string, at session.Date) (out session.Revoked, err error) {
	err = m.change(ctx, func() error {
		if _, ok := m.clients[id]; !ok {
			return fmt.Errorf("remove client %s: %w", id, caller.ErrUnknown)
		}
		out = m.revokeClient(session.ByClient(id), at.Time())
		delete(m.clients, id)
		return nil
	})
	return out, err
}

// AddAudience implements [caller.Store].
func (m *Memory) AddAudience(ctx context.Context, a session.Audience) error {
	return m.change(ctx, func() error {
		if _, ok := m.audiences[a.Name]; ok {
			return fmt.Errorf("add audience %s: %w", a.Name, caller.ErrExists)
		}
		m.audiences[a.Name] = a
		return nil
	})
}

// RemoveAudience implements [caller.Store].
func (m *Memory) RemoveAudience(ctx context.Context, name string) error {
	return m.change(ctx, func() error {
		if _, ok := m.audiences[name]; !ok {
			return fmt.Errorf("remove audience %s: %w", name, caller.ErrUnknown)
		}
		delete(m.audiences, name)
		return nil
	})
}
