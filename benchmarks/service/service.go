package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/introspectd/introspectd/benchmarks/floor"
	"github.com/introspectd/introspectd/hybrid/exchange"
	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// Answer is what an accepted call gets.
const Answer = `{"order":"2026-000117","state":"shipped"}`

// Service is a row of services, of which users call the first.
type Service struct {
	cfg    Config
	tally  tally
	guards []*guard.Guard
	rows   []*row // as the links
}

// row is one service.
type row struct {
	handler  http.Handler
	listener net.Listener
	next     string // URL; "": the last
	token    func(ctx context.Context, held string) (string, error)
	client   *http.Client
}

// New asks the issuer for what it says of itself, and listens for all services but the first.
func New(ctx context.Context, cfg Config) (_ *Service, err error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	s := &Service{cfg: cfg, rows: make([]*row, len(cfg.Links))}
	s.tally.stale = s.stale
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	next := ""
	for i := len(cfg.Links) - 1; i >= 0; i-- {
		if s.rows[i], err = s.link(ctx, i, next); err != nil {
			return nil, fmt.Errorf("service %d of %d: %w", i+1, len(cfg.Links), err)
		}
		if i == 0 {
			break
		}
		if s.rows[i].listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, err
		}
		next = "http://" + s.rows[i].listener.Addr().String() + "/"
	}
	return s, nil
}

func (s *Service) link(ctx context.Context, i int, next string) (*row, error) {
	r := &row{next: next, client: &http.Client{Transport: transport(&s.tally.following, &s.tally.following)}}
	var err error
	if r.token, err = s.onward(i); err != nil {
		return nil, err
	}
	handler := http.Handler(r)
	if i == 0 {
		handler = accepting{r, &s.tally}
	}
	switch s.cfg.Kind {
	case Unprotected:
		r.handler = handler
	case HS256:
		r.handler = floor.HS256(s.cfg.Key, handler)
	default:
		g, err := s.guard(ctx, i)
		if err != nil {
			return nil, err
		}
		s.guards = append(s.guards, g)
		r.handler = g.Require(s.cfg.Links[i].Scope)(handler)
	}
	return r, nil
}

func (s *Service) guard(ctx context.Context, i int) (*guard.Guard, error) {
	l := s.cfg.Links[i]
	return guard.Discover(ctx, guard.Settings{
		Mode: s.cfg.Kind, Issuer: s.cfg.Issuer, Audience: l.Audience, ClientID: l.ID, Secret: oauth.NewSecret(l.Secret),
		TTL: s.ttl(), Stale: s.cfg.Stale, HTTPClient: s.tally.client(),
	}, func(c *guard.Config) {
		if s.cfg.signed() {
			c.Leeway = -1 // there is but one clock here
		}
		c.Capacity = s.cfg.Capacity
		c.Report = func(*http.Request, error) {
			if i == 0 {
				s.tally.unknown.Add(1)
			}
		}
	})
}

// ttl is for the mode that has one.
func (s *Service) ttl() time.Duration {
	if s.cfg.Kind == string(guard.TTLCache) {
		return s.cfg.TTL
	}
	return 0
}

// onward gets the token for the next service: the same one, or in the modes with internal tokens one made for it.
func (s *Service) onward(i int) (func(context.Context, string) (string, error), error) {
	same := func(_ context.Context, held string) (string, error) { return held, nil }
	if i == len(s.cfg.Links)-1 || !s.cfg.signed() {
		return same, nil
	}
	me, next := s.cfg.Links[i], s.cfg.Links[i+1]
	x, err := exchange.New(exchange.Config{
		TokenEndpoint: s.cfg.Issuer + "/token", ClientID: me.ID, Secret: oauth.NewSecret(me.Secret), HTTPClient: s.tally.client(),
	})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, held string) (string, error) {
		made, _, err := x.Token(ctx, session.Present(held), next.Audience, next.Scope)
		return made.Reveal(), err
	}, nil
}

func (s *Service) stale() (n uint64) {
	for _, g := range s.guards {
		n += g.StaleAnswers()
	}
	return n
}

// accepting counts what a handler was called for.
type accepting struct {
	http.Handler
	*tally
}

func (a accepting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.accepted.Add(1)
	a.Handler.ServeHTTP(w, r)
}

// ServeHTTP calls the next service and answers as that did; the last one answers.
func (r *row) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.next == "" {
		_, _ = io.WriteString(w, Answer)
		return
	}
	held, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	status, err := r.call(req.Context(), held)
	if err != nil {
		status = http.StatusServiceUnavailable
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, Answer)
}

func (r *row) call(ctx context.Context, held string) (int, error) {
	token, err := r.token(ctx, held)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.next, http.NoBody)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := r.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	return resp.StatusCode, err
}

// Run serves until ctx ends. The first service listens where it is told to.
func (s *Service) Run(ctx context.Context, l net.Listener) error {
	defer s.close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	mux := http.NewServeMux()
	mux.Handle(CountersPath, &s.tally)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.tally.calls.Add(1)
		s.rows[0].handler.ServeHTTP(w, r)
	})
	s.rows[0].listener = listener{l, &s.tally.callIn, &s.tally.callOut}
	errs := make(chan error, len(s.rows)+len(s.guards))
	var wg sync.WaitGroup
	begin := func(f func() error) {
		wg.Go(func() {
			errs <- f()
			cancel() // one that ends ends all
		})
	}
	for i, r := range s.rows {
		h := r.handler
		if i == 0 {
			h = mux
		}
		begin(func() error { return floor.Serve(ctx, r.listener, h) })
	}
	for _, g := range s.guards {
		begin(func() error { return g.Run(ctx) })
	}
	wg.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// close gives up listeners that nobody serves.
func (s *Service) close() {
	for _, r := range s.rows {
		if r != nil && r.listener != nil {
			_ = r.listener.Close() // closed already when it was served
		}
	}
}
