package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/daemon"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// installation is a daemon on a throw-away database and the services that ask it, all on free loopback ports.
type installation struct {
	mode     mode
	settings config.Settings
	secret   func(kind, text string) // told of what is secret
	url      string
	secrets  map[string]session.Handle // by client
	edge     *exchanger                // in the modes with internal tokens: what stands between users and services
	services []*service                // first the one that users call

	asked      atomic.Int64 // questions that services and the edge put to the daemon
	stopAll    context.CancelFunc
	stopDaemon context.CancelFunc
	running    sync.WaitGroup
	log        bytes.Buffer // the daemon's; read after it has ended

	mu   sync.Mutex
	errs []error // guarded by mu: of what runs
}

// The chain: shop calls orders, orders calls billing.
var chain = []struct{ name, scope string }{{"shop", "shop:use"}, {"orders", "orders:read"}, {"billing", "billing:read"}}

// The clients beside the services: who logs users in, and who exchanges their tokens at the edge.
const (
	loginClient = "web"
	edgeClient  = "edge"
)

func (d *demo) install(ctx context.Context, m mode) (_ *installation, err error) {
	in := &installation{mode: m, settings: m.settings(filepath.Join(d.dir, m.name+".db")), secret: d.secret, secrets: map[string]session.Handle{}}
	d.settings(&in.settings)
	defer func() {
		if err != nil {
			err = errors.Join(err, in.stop())
		}
	}()
	issuer, err := daemon.New(ctx, daemon.Config{Settings: in.settings, Stderr: &in.log})
	if err != nil {
		return nil, err
	}
	if err := in.register(ctx, issuer); err != nil {
		return nil, errors.Join(err, issuer.Close())
	}
	if err := in.runDaemon(ctx, issuer); err != nil {
		return nil, err
	}
	if m.signed() {
		if in.edge, err = in.exchanger(edgeClient); err != nil {
			return nil, err
		}
	}
	ctx, in.stopAll = context.WithCancel(ctx)
	return in, in.startServices(ctx)
}

// register makes the login service, the edge, and an API with its audience for each service. A service may call the one after it.
func (in *installation) register(ctx context.Context, d *daemon.Daemon) error {
	clients := []caller.Client{{ID: loginClient, Roles: caller.Login}, {ID: edgeClient, Roles: caller.Gateway}}
	callers := session.ListOf(loginClient, edgeClient)
	for _, s := range chain {
		a := session.Audience{Name: s.name, Scopes: session.ListOf(s.scope), Callers: callers}
		if err := d.Store().AddAudience(ctx, a); err != nil {
			return err
		}
		clients = append(clients, caller.Client{ID: s.name, Roles: caller.API | caller.Service, Audiences: session.ListOf(s.name)})
		callers = session.ListOf(loginClient, edgeClient, s.name)
	}
	for _, c := range clients {
		in.secrets[c.ID] = session.NewHandle(session.ClientSecret)
		in.secret("client secret", in.secrets[c.ID].Reveal())
		c.Method, c.Secret, c.CreatedAt = caller.SecretBasic, in.secrets[c.ID].Digest(), session.DateOf(time.Now())
		if err := d.Store().AddClient(ctx, c); err != nil {
			return err
		}
	}
	return nil
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

func (in *installation) startServices(ctx context.Context) error {
	var next *service
	for i := len(chain) - 1; i >= 0; i-- {
		s := &service{name: chain[i].name, scope: chain[i].scope, next: next}
		if err := in.protect(ctx, s); err != nil {
			return err
		}
		if err := s.start(func(serve func() error) { in.running.Go(func() { in.note(serve()) }) }); err != nil {
			return err
		}
		in.services = append([]*service{s}, in.services...)
		next = s
	}
	return nil
}

// counted is a client for questions to the daemon, which are counted.
func (in *installation) counted() *http.Client {
	c := newClient()
	c.Transport = counting{c.Transport, &in.asked}
	return c
}

type counting struct {
	http.RoundTripper
	n *atomic.Int64
}

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.RoundTripper.RoundTrip(r)
}

// CloseIdleConnections is looked for by [http.Client].
func (c counting) CloseIdleConnections() {
	if t, ok := c.RoundTripper.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
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
	if in.stopAll != nil {
		in.stopAll()
	}
	if in.stopDaemon != nil {
		in.stopDaemon()
	}
	in.running.Wait()
	http.DefaultClient.CloseIdleConnections()
	return errors.Join(in.errs...)
}
