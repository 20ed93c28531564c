package hybrid_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/cache"
	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sessiontest"
)

// office is all of the server's side but HTTP.
type office struct {
	testing.TB
	store     *sessiontest.Memory
	node      *revocation.Node
	passed    atomic.Int64 // how far a test has moved the node's clock
	callers   *caller.Registry
	cache     *cache.Cache
	ring      *keyring.Ring
	signer    *counting
	reader    *hybrid.Reader
	exchanger *hybrid.Exchanger
	answers   *introspect.Service
	sessions  *session.Service
}

// counting is a signer that says how often it signed.
type counting struct {
	hybrid.Signer
	signed atomic.Int64
}

func (c *counting) Sign(dst []byte, typ string, payload []byte, at time.Time) ([]byte, error) {
	c.signed.Add(1)
	return c.Signer.Sign(dst, typ, payload, at)
}

var staff = []caller.Client{
	{ID: "web", Roles: caller.Login},
	{ID: "gateway", Roles: caller.Gateway},
	{ID: "edge", Roles: caller.Gateway},
	{ID: "orders-api", Roles: caller.API, Audiences: "orders"},
	{ID: "stock-api", Roles: caller.API | caller.Service, Audiences: "stock"},
	{ID: "job", Roles: caller.Service},
	{ID: "root", Roles: caller.Admin},
	{ID: "plain", Roles: caller.Service, GrantTypes: "client_credentials refresh_token"},
}

var offered = []session.Audience{
	{Name: "orders", Scopes: "orders:read orders:write", Callers: "web gateway edge stock-api job root plain"},
	{Name: "stock", Scopes: "stock:read stock:write", Callers: "web gateway orders-api job"},
	{Name: "brief", Scopes: "brief", Callers: "web gateway", JWTTTL: 5 * time.Second},
	{Name: "long", Scopes: "long", Callers: "web gateway", JWTTTL: time.Hour},
	{Name: "closed", Scopes: "closed", Callers: "web"},
}

func open(t testing.TB, capacity int) *office {
	t.Helper()
	o := &office{TB: t, store: sessiontest.NewMemory()}
	for _, c := range staff {
		c.Method = caller.SecretBasic
		o.must(o.store.AddClient(t.Context(), c))
	}
	for _, a := range offered {
		o.must(o.store.AddAudience(t.Context(), a))
	}
	var err error
	o.node, err = revocation.NewNode(revocation.NodeConfig{
		Log: o.store, Registry: func(ctx context.Context) error { return o.callers.Load(ctx) },
		Clock: func() revocation.Instant { return revocation.Boottime() + revocation.Instant(o.passed.Load()) },
	})
	o.must(err)
	o.callers = caller.NewRegistry(o.store, o.node.Set().CoversClient)
	o.cache, err = cache.New(cache.Config{Store: o.store, Node: o.node, Capacity: 1000})
	o.must(err)
	o.ring = newRing(t, jwks.EdDSA)
	o.signer = &counting{Signer: o.ring}
	o.reader, err = hybrid.NewReader(hybrid.ReaderConfig{Issuer: issuer, Keys: o.ring, Finder: o.cache, Fence: o.node})
	o.must(err)
	o.exchanger, err = hybrid.NewExchanger(hybrid.ExchangerConfig{
		Reader: o.reader, Callers: o.callers, Minter: minter(t, o.signer), Capacity: capacity,
	})
	o.must(err)
	o.answers, err = introspect.NewService(introspect.Config{Finder: o.cache, Callers: o.callers, Issuer: issuer, Signed: o.reader})
	o.must(err)
	o.sessions, err = session.NewService(session.Config{
		Store: o.store, Audiences: o.callers, Settle: o.node.Settle,
		Lifetimes: session.Lifetimes{Access: 15 * time.Minute, Session: time.Hour},
	})
	o.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = o.node.Run(ctx) })
	t.Cleanup(func() { o.cache.Close(); cancel(); running.Wait() })
	o.must(o.node.Renewed(t.Context()))
	return o
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// login opens a session for alice with everything, held by a client.
func (o *office) login(client string) *session.Opened {
	o.Helper()
	var audience, scope string
	for _, a := range offered {
		if a.Callers.Has(client) {
			audience, scope = audience+" "+a.Name, scope+" "+string(a.Scopes)
		}
	}
	opened, err := o.sessions.Open(o.Context(), session.OpenRequest{
		Subject: "alice", Client: client, Audience: session.ParseList(audience), Scope: session.ParseList(scope), ACR: "urn:mfa", AMR: "pwd otp",
	}, now)
	o.must(err)
	return opened
}

func (o *office) client(id string) *caller.Client {
	o.Helper()
	if id == "" {
		return nil
	}
	c, ok := o.callers.Client(id)
	if !ok {
		o.Fatalf("no client %q", id)
	}
	return c
}

func (o *office) try(client string, token session.Handle, audience string, scope session.List, at time.Time) (hybrid.Exchanged, error) {
	o.Helper()
	return o.exchanger.Exchange(o.Context(), o.client(client), &hybrid.ExchangeRequest{Token: token, Audience: audience, Scope: scope}, at)
}

func (o *office) exchange(client string, token session.Handle, audience string) hybrid.Exchanged {
	o.Helper()
	out, err := o.try(client, token, audience, "", now)
	o.must(err)
	return out
}

// active asks as an admin.
func (o *office) active(token session.Handle) bool {
	o.Helper()
	a, err := o.answers.Answer(o.Context(), o.client("root"), token, now)
	o.must(err)
	return a.Active
}

func (o *office) end(sel session.Selector) {
	o.Helper()
	_, err := o.sessions.End(o.Context(), sel, now)
	o.must(err)
}

// refused checks for a refusal, and that nothing came with it.
func (o *office) refused(what string, want session.Reason, got hybrid.Exchanged, err error) {
	o.Helper()
	refusal, ok := errors.AsType[*session.Refusal](err)
	if !ok || refusal.Reason != want || !got.Token.IsZero() || got.Claims != (hybrid.Claims{}) {
		o.Errorf("%s: %v, %v, want the refusal %s", what, fmt.Sprint(got), err, want)
	}
}
