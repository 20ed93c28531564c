package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/introspectd/introspectd/internal/daemon"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session"
)

// installation is a daemon on a throw-away database and the services that ask it, all on free loopback ports.
type installation struct {
	url      string
	login    session.Handle // the login service's secret
	services []*service     // first the one that users call

	stopDaemon context.CancelFunc
	running    sync.WaitGroup
	log        bytes.Buffer // the daemon's; read after it has ended

	mu   sync.Mutex
	errs []error // guarded by mu: of what runs
}

// The chain: shop calls orders, orders calls billing, each with the token that it was handed.
var chain = []struct{ name, scope string }{{"shop", "shop:use"}, {"orders", "orders:read"}, {"billing", "billing:read"}}

const loginClient = "web"

func install(ctx context.Context, dir string, m mode) (_ *installation, err error) {
	in := &installation{}
	defer func() {
		if err != nil {
			err = errors.Join(err, in.stop())
		}
	}()
	d, err := daemon.New(ctx, daemon.Config{Settings: m.settings(filepath.Join(dir, m.name+".db")), Stderr: &in.log})
	if err != nil {
		return nil, err
	}
	secrets, err := in.register(ctx, d)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := in.runDaemon(ctx, d); err != nil {
		return nil, err
	}
	return in, in.startServices(secrets)
}

// register makes the login service, an API for each service, and its audience.
func (in *installation) register(ctx context.Context, d *daemon.Daemon) (map[string]session.Handle, error) {
	now := session.DateOf(time.Now())
	secrets := map[string]session.Handle{loginClient: session.NewHandle(session.ClientSecret)}
	clients := []caller.Client{{ID: loginClient, Roles: caller.Login}}
	for _, s := range chain {
		a := session.Audience{Name: s.name, Scopes: session.ListOf(s.scope), Callers: loginClient}
		if err := d.Store().AddAudience(ctx, a); err != nil {
			return nil, err
		}
		secrets[s.name] = session.NewHandle(session.ClientSecret)
		clients = append(clients, caller.Client{ID: s.name, Roles: caller.API, Audiences: session.ListOf(s.name)})
	}
	for _, c := range clients {
		c.Method, c.Secret, c.CreatedAt = caller.SecretBasic, secrets[c.ID].Digest(), now
		if err := d.Store().AddClient(ctx, c); err != nil {
			return nil, err
		}
	}
	in.login = secrets[loginClient]
	return secrets, nil
}

func (in *installation) runDaemon(ctx context.Context, d *daemon.Daemon) error {
	ctx, in.stopDaemon = context.WithCancel(ctx)
	ready, ended := make(chan struct{}), make(chan error, 1)
	in.running.Go(func() {
		err := d.Run(ctx, func() { close(ready) })
		in.note(err)
		ended <- err
	})
	in.url = d.URL()
	select {
	case <-ready:
		return nil
	case err := <-ended:
		return fmt.Errorf("the daemon ended before it was ready: %w", err)
	}
}

func (in *installation) startServices(secrets map[string]session.Handle) error {
	var next *service
	for i := len(chain) - 1; i >= 0; i-- {
		asks, err := remote.New(remote.Config{
			Endpoint: in.url + "/introspect", ClientID: chain[i].name, Secret: oauth.NewSecret(secrets[chain[i].name].Reveal()),
			Issuer: in.url, Audience: chain[i].name,
		})
		if err != nil {
			return err
		}
		s := &service{name: chain[i].name, scope: chain[i].scope, next: next, introspector: asks}
		if err := s.start(func(serve func() error) { in.running.Go(func() { in.note(serve()) }) }); err != nil {
			return err
		}
		in.services = append([]*service{s}, in.services...)
		next = s
	}
	return nil
}

func (in *installation) note(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if err != nil {
		in.errs = append(in.errs, err)
	}
}

// stop ends what was started, the services first, and reports what went wrong while it ran.
func (in *installation) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, s := range in.services {
		in.note(s.stop(ctx))
	}
	if in.stopDaemon != nil {
		in.stopDaemon()
	}
	in.running.Wait()
	return errors.Join(in.errs...)
}
