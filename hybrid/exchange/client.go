package exchange

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/introspectd/introspectd/internal/outbound"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// Client exchanges at one token endpoint. It may be used by anybody at once.
type Client struct {
	cfg           Config // without the secret
	http          *http.Client
	authorization func() string // the header's value; a func prints as an address, also where fmt asks no field how to print
	state         func() *state // likewise
}

// state is what a client remembers, and what it is about to know.
type state struct {
	mu      sync.Mutex // guards what follows
	tokens  map[wish]exchanged
	flights map[wish]*flight
}

// wish is what somebody wants a token for.
type wish struct {
	subject  session.Digest
	audience string
	scope    string
}

// exchanged is what he got.
type exchanged struct {
	token   session.Handle
	expires time.Time
	stale   time.Time // half of its life is over
}

// flight is a request that is under way.
type flight struct {
	ended chan struct{}
	got   exchanged // set, as is err, before ended is closed
	err   error
}

// Package fmt would not ask the secrets in these how they print.

// Format says whom it asks as whom.
func (c Client) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "client %s of %s", c.cfg.ClientID, c.cfg.TokenEndpoint)
}

// Format says how much there is.
func (s *state) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "exchanged tokens") }

// Format is that of the token.
func (e exchanged) Format(f fmt.State, _ rune) { e.token.Format(f, 'v') }

// Format is that of what it brought.
func (l flight) Format(f fmt.State, _ rune) { l.got.Format(f, 'v') }

// maxFlights bounds the requests under way: those whose callers have hung up go on until the timeout.
const maxFlights = 1000

var errBusy = fmt.Errorf("%d exchanges are under way already", maxFlights)

// New validates the configuration. It asks nobody yet.
func New(cfg Config) (*Client, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	known := &state{tokens: map[wish]exchanged{}, flights: map[wish]*flight{}}
	authorization := oauth.EncodeBasic(cfg.ClientID, cfg.Secret)
	cfg.Secret = oauth.Secret{}
	return &Client{
		cfg: cfg, http: outbound.Client(cfg.HTTPClient), authorization: func() string { return authorization },
		state: func() *state { return known },
	}, nil
}

// Token is an internal token for an audience, in return for a handle, and until when it is good. Scope is what it is to be good for,
// separated by spaces; empty: as much as the handle has there. It is never wider than the handle and never outlives it.
//
// A remembered token is one that was good before a logout that came meanwhile: by itself it is so to its end anyhow.
func (c *Client) Token(ctx context.Context, subject session.Handle, audience, scope string) (session.Handle, time.Time, error) {
	w := wish{subject.Digest(), audience, scope}
	s := c.state()
	s.mu.Lock()
	if got, ok := s.tokens[w]; ok && time.Now().Before(got.stale) {
		s.mu.Unlock()
		return got.token, got.expires, nil
	}
	f, ok := s.flights[w]
	if !ok && len(s.flights) == maxFlights {
		s.mu.Unlock()
		return session.Handle{}, time.Time{}, unavailable(errBusy)
	}
	if !ok {
		f = &flight{ended: make(chan struct{})}
		s.flights[w] = f
		// Those who join do not fail because the one who came first hangs up. It ends with the timeout.
		go c.fly(context.WithoutCancel(ctx), f, w, subject)
	}
	s.mu.Unlock()
	select {
	case <-f.ended:
		return f.got.token, f.got.expires, f.err
	case <-ctx.Done():
		return session.Handle{}, time.Time{}, unavailable(ctx.Err())
	}
}

func (c *Client) fly(ctx context.Context, f *flight, w wish, subject session.Handle) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	f.got, f.err = c.ask(ctx, w, subject)
	s := c.state()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.flights, w)
	delete(s.tokens, w)
	if f.err == nil && c.cfg.Capacity > 0 {
		s.makePlace(c.cfg.Capacity)
		s.tokens[w] = f.got
	}
	close(f.ended)
}

// makePlace lets go of a token when there are as many as may be: of a few that come to hand, the one that is stale first. Whoever wants
// it again asks again.
func (s *state) makePlace(capacity int) {
	if len(s.tokens) < capacity {
		return
	}
	var first wish
	looked := 0
	for w, got := range s.tokens {
		if looked == 0 || got.stale.Before(s.tokens[first].stale) {
			first = w
		}
		if looked++; looked == 8 {
			break
		}
	}
	delete(s.tokens, first)
}

// Close gives back idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }
