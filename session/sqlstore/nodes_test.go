package sqlstore_test

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sessiontest"
	"github.com/introspectd/introspectd/session/sqlstore"
	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

// onEach runs a test on each kind of database. The DSN is that of a fresh one.
func onEach(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "test.db")) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, pgtest.Database(t)) })
}

// nodes are processes on one database, behind something that spreads the load: each call goes to the next.
type nodes struct {
	all  []*sqlstore.Store
	next atomic.Int64
}

func (n *nodes) one() *sqlstore.Store { return n.all[int(n.next.Add(1))%len(n.all)] }

func (n *nodes) Open(ctx context.Context, o *session.Opening) error { return n.one().Open(ctx, o) }
func (n *nodes) Rotate(ctx context.Context, r *session.Rotation) (session.Rotated, error) {
	return n.one().Rotate(ctx, r)
}

func (n *nodes) Revoke(ctx context.Context, sel session.Selector, at time.Time) (session.Revoked, error) {
	return n.one().Revoke(ctx, sel, at)
}

func (n *nodes) RevokeSigned(ctx context.Context, id session.ID, end session.Date, at time.Time) (session.Revoked, error) {
	return n.one().RevokeSigned(ctx, id, end, at)
}

func (n *nodes) Touch(ctx context.Context, uses []session.Use) error { return n.one().Touch(ctx, uses) }

func (n *nodes) Sweep(ctx context.Context, at time.Time, limit int) (int, error) {
	return n.one().Sweep(ctx, at, limit)
}

func (n *nodes) Lookup(ctx context.Context, d session.Digest) (session.Finding, error) {
	return n.one().Lookup(ctx, d)
}

func (n *nodes) LookupEach(ctx context.Context, ds []session.Digest) []session.Looked {
	return n.one().LookupEach(ctx, ds)
}

func (n *nodes) LookupID(ctx context.Context, id session.ID) (session.Finding, error) {
	return n.one().LookupID(ctx, id)
}

func (n *nodes) Sessions(ctx context.Context, subject string, at time.Time) ([]session.Session, error) {
	return n.one().Sessions(ctx, subject, at)
}
func (n *nodes) Count(ctx context.Context) (int, error) { return n.one().Count(ctx) }
func (n *nodes) Read(ctx context.Context, after revocation.Seq, limit int) (revocation.Page, error) {
	p, err := n.one().Read(ctx, after, limit)
	p.Foreign = 0 // differs from process to process
	return p, err
}

func (n *nodes) Enrol(ctx context.Context, id revocation.HolderID, lease time.Duration) error {
	return n.one().Enrol(ctx, id, lease)
}

func (n *nodes) Renew(ctx context.Context, r revocation.Renewal) (revocation.Page, error) {
	return n.one().Renew(ctx, r)
}

func (n *nodes) Holders(ctx context.Context) ([]revocation.Acked, time.Duration, error) {
	return n.one().Holders(ctx)
}

func (n *nodes) Strike(ctx context.Context, log string, seq revocation.Seq, ids ...revocation.HolderID) error {
	return n.one().Strike(ctx, log, seq, ids...)
}

func (n *nodes) Registry(ctx context.Context) (caller.Snapshot, error) { return n.one().Registry(ctx) }

func (n *nodes) AddClient(ctx context.Context, c caller.Client) error {
	return n.one().AddClient(ctx, c)
}

func (n *nodes) ReplaceSecret(ctx context.Context, id string, secret session.Digest) error {
	return n.one().ReplaceSecret(ctx, id, secret)
}

func (n *nodes) RemoveClient(ctx context.Context, id string, at session.Date) (session.Revoked, error) {
	return n.one().RemoveClient(ctx, id, at)
}

func (n *nodes) AddAudience(ctx context.Context, a session.Audience) error {
	return n.one().AddAudience(ctx, a)
}

func (n *nodes) RemoveAudience(ctx context.Context, name string) error {
	return n.one().RemoveAudience(ctx, name)
}

func TestThreeNodesKeepTheContractsTogether(t *testing.T) {
	onEach(t, func(t *testing.T, _ string) {
		kind := filepath.Base(t.Name())
		sessiontest.Run(t, func(t *testing.T) sessiontest.Stores {
			dsn := filepath.Join(t.TempDir(), "test.db")
			if kind == "PostgreSQL" {
				dsn = pgtest.Database(t)
			}
			return &nodes{all: []*sqlstore.Store{openAt(t, dsn), openAt(t, dsn), openAt(t, dsn)}}
		})
	})
}
