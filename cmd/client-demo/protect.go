package main

import (
	"context"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// protect puts a guard in front of a service, in the installation's mode.
func (in *installation) protect(ctx context.Context, s *service) (err error) {
	m, who := in.mode, remote.Config{ClientID: s.name, Secret: oauth.NewSecret(in.secrets[s.name].Reveal()), HTTPClient: in.counted()}
	c := guard.Config{Mode: m.guard, Issuer: in.url, Audience: s.name}
	s.onward = func(_ context.Context, token string, _ *service) (string, error) { return token, nil }
	if m.guard == guard.TTLCache {
		c.TTL = cacheTTL
	}
	if m.signed() {
		if s.onward, err = in.exchangeAs(s.name); err != nil {
			return err
		}
		c.Algorithms, c.Leeway = []jwks.Algorithm{jwks.EdDSA}, -1 // there is but one clock here
		if c.Keys, err = jwks.NewSource(jwks.Config{URL: in.url + "/.well-known/jwks.json", Client: in.counted()}); err != nil {
			return err
		}
	}
	if m.guard == guard.JWTLease {
		who.Endpoint = in.url + "/revocations"
		if c.Fence, err = in.follow(ctx, who); err != nil {
			return err
		}
	}
	if m.guard != guard.JWT {
		who.Endpoint = in.url + "/introspect"
		if c.Introspector, err = remote.New(who); err != nil {
			return err
		}
	}
	s.guard, err = guard.New(c)
	return err
}

// follow has a service follow the revocation feed, and waits until it believes what it has heard. The polls are not counted as questions: they
// do not grow with the calls.
func (in *installation) follow(ctx context.Context, who remote.Config) (*revocation.Subscriber, error) {
	who.HTTPClient = newClient()
	feed, err := remote.NewFeed(who)
	if err != nil {
		return nil, err
	}
	s, err := revocation.NewSubscriber(revocation.SubscriberConfig{Feed: feed})
	if err != nil {
		return nil, err
	}
	in.running.Go(func() {
		in.note(s.Run(ctx))
		feed.Close()
	})
	return s, s.Polled(ctx)
}

// exchangeAs makes tokens for the next service out of those that were handed to this one.
func (in *installation) exchangeAs(client string) (func(context.Context, string, *service) (string, error), error) {
	c, err := in.exchanger(client)
	return func(ctx context.Context, token string, next *service) (string, error) {
		return c.token(ctx, session.Present(token), next)
	}, err
}
