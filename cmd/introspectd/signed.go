package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/introspectd/introspectd/cache"
	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/daemon"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// looksSigned reports whether a token can only be a JWT: no handle has a dot.
func looksSigned(token session.Handle) bool { return strings.Count(token.Reveal(), ".") == 2 }

// signed lets work read the JWTs that this installation signs: with its keys, its rows and its log as they are now.
func (d *desk) signed(ctx context.Context, work func(*hybrid.Reader) error) error {
	issuer, err := d.issuer(ctx)
	if err != nil {
		return err
	}
	server, _, err := daemon.ServerKeys(ctx, d.settings, d.store.SigningKeys())
	if err != nil {
		return err
	}
	ring, err := daemon.SigningKeys(d.settings, server, d.store.SigningKeys())
	if err != nil {
		return err
	}
	if err := ring.Refresh(ctx, d.now); err != nil {
		return err
	}
	finder, err := cache.New(cache.Config{Store: d.store})
	if err != nil {
		return err
	}
	defer finder.Close()
	return d.following(ctx, func(node *revocation.Node) error {
		reader, err := hybrid.NewReader(hybrid.ReaderConfig{Issuer: issuer, Keys: ring, Finder: finder, Fence: node})
		if err != nil {
			return err
		}
		return work(reader)
	})
}

// following lets work know what the log says. It is on no list of holders: nobody waits for a command.
func (d *desk) following(ctx context.Context, work func(*revocation.Node) error) error {
	node, err := revocation.NewNode(revocation.NodeConfig{Log: d.store, Lease: d.settings.Lease})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { _ = node.Run(ctx) })
	defer running.Wait()
	defer stop()
	if err := node.Renewed(ctx); err != nil {
		return fmt.Errorf("read the revocation log: %w", err)
	}
	return work(node)
}

// issuer is by what name the daemons on this database are known: as it is configured here, or as the last of them that started has said.
func (d *desk) issuer(ctx context.Context) (string, error) {
	configured := d.settings.IssuerFor(d.settings.Listen)
	if d.settings.Issuer != "" || d.settings.Listen != config.Defaults().Listen {
		return configured, nil
	}
	said, err := d.store.Issuer(ctx)
	return cmp.Or(said, configured), err
}

// revokeSigned takes a JWT back that this installation has signed. Known is false for whatever is none, or has ended for every clock.
func (d *desk) revokeSigned(ctx context.Context, token session.Handle) (done session.Revocation, err error) {
	err = d.signed(ctx, func(r *hybrid.Reader) error {
		verdict, err := r.Verify(ctx, token, d.now)
		if err == nil && !verdict.Good { // a verifier whose clock runs behind takes it for a while yet
			verdict, err = r.Verify(ctx, token, d.now.Add(-hybrid.MaxLeeway))
		}
		if err != nil || !verdict.Good {
			return err
		}
		taken, err := d.sessions.RevokeSigned(ctx, verdict.Claims.ID, verdict.Claims.ExpiresAt+session.Date(hybrid.MaxLeeway/time.Second), d.now)
		done = session.Revocation{Revoked: taken, Known: true}
		return err
	})
	return done, err
}
