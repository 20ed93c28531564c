package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sqlstore"
)

// desk is what a command that works on the database stands on. The rules are those of the daemon; what it changes, running daemons read
// from the log.
type desk struct {
	settings config.Settings
	store    *sqlstore.Store
	registry *caller.Registry
	sessions *session.Service
	now      time.Time
}

// atDesk opens the database, does the work, and closes it.
func (p *program) atDesk(cmd *cobra.Command, work func(ctx context.Context, d *desk) error) (err error) {
	loaded, err := p.settings(cmd)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	store, err := sqlstore.Open(ctx, storeConfig(loaded.Settings))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	d := &desk{settings: loaded.Settings, store: store, registry: caller.NewRegistry(store, nil), now: time.Now()}
	if err := d.registry.Load(ctx); err != nil {
		return err
	}
	d.sessions, err = session.NewService(session.Config{
		Store: store, Audiences: d.registry, Settle: d.settle, Lifetimes: d.settings.Lifetimes(),
	})
	if err != nil {
		return err
	}
	return work(ctx, d)
}

// settle waits for the daemons on the same database: what a command has taken back is out when it returns.
func (d *desk) settle(ctx context.Context, seq session.Seq) error {
	return revocation.Await(ctx, d.store, seq, d.settings.Lease, revocation.Boottime)
}

func storeConfig(s config.Settings) sqlstore.Config {
	return sqlstore.Config{DSN: s.Database.Reveal(), Migrate: true, AllowUnsafe: s.AllowUnsafe}
}

// ended is what taking back prints, as over HTTP.
type ended struct {
	Ended int `json:"ended"`
}
