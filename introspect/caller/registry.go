package caller

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/introspectd/introspectd/session"
)

// Errors of a [Store] that a caller branches on. All others wrap [session.ErrUnavailable].
var (
	ErrExists  = errors.New("already registered")
	ErrUnknown = errors.New("not registered")
)

// Store keeps clients and audiences. Each change is durable when it returns, and raises the registry version that readers of the log see.
// A client is disabled through [session.Store.Revoke] by its id.
type Store interface {
	// Registry reads everything registered, and the log's head, in one snapshot.
	Registry(ctx context.Context) (Snapshot, error)
	AddClient(ctx context.Context, c Client) error
	ReplaceSecret(ctx context.Context, id string, secret session.Digest) error
	// RemoveClient takes back all that was issued to the client, and forgets it, in one transaction.
	RemoveClient(ctx context.Context, id string, at session.Date) (session.Revoked, error)
	AddAudience(ctx context.Context, a session.Audience) error
	RemoveAudience(ctx context.Context, name string) error
}

// Snapshot is everything registered at one moment.
type Snapshot struct {
	Clients   map[string]*Client
	Audiences map[string]session.Audience
	Head      session.Seq // the log's head in the same snapshot
}

// Registry answers from a snapshot in memory, which whoever follows the log renews by calling Load.
type Registry struct {
	store   Store
	covered func(id string, asof session.Seq) bool
	current atomic.Pointer[Snapshot]
}

// NewRegistry is empty until Load. Covered reports whether a client that was in order as of a seq has been taken back since
// ([revocation.Set.CoversClient]); nil where nobody follows the log.
func NewRegistry(store Store, covered func(id string, asof session.Seq) bool) *Registry {
	if covered == nil {
		covered = func(string, session.Seq) bool { return false }
	}
	r := &Registry{store: store, covered: covered}
	r.current.Store(&Snapshot{})
	return r
}

// Load reads the store anew.
func (r *Registry) Load(ctx context.Context) error {
	s, err := r.store.Registry(ctx)
	if err != nil {
		return err
	}
	r.current.Store(&s)
	return nil
}

// Client finds a client that is registered and in order. The pointer is read-only.
func (r *Registry) Client(id string) (*Client, bool) {
	s := r.current.Load()
	c, ok := s.Clients[id]
	if !ok || c.Disabled || r.covered(id, s.Head) {
		return nil, false
	}
	return c, true
}

// Audience finds a registered API.
func (r *Registry) Audience(name string) (session.Audience, bool) {
	a, ok := r.current.Load().Audiences[name]
	return a, ok
}

// Snapshot is what is registered, disabled clients included. It is read-only.
func (r *Registry) Snapshot() *Snapshot { return r.current.Load() }
