package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/introspect/oauth"
)

// service is one of the three: a guard checks the token it was handed, and it calls the next.
type service struct {
	name  string
	scope string // needed to call it
	url   string
	next  *service // nil: the end of the chain

	guard *guard.Guard
	// onward gets the token for the next service: the same one, or in the modes with internal tokens one made for it.
	onward func(ctx context.Context, token string, next *service) (string, error)
	client *http.Client
	server *http.Server
}

// reply is what a service answers, with what the next one said inside.
type reply struct {
	Service string `json:"service"`
	User    string `json:"user"`
	Next    *reply `json:"next,omitempty"`
}

// start listens on a free loopback port. Serve returns when stop was called.
func (s *service) start(serve func(func() error)) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	s.url = "http://" + listener.Addr().String() + "/"
	s.client = newClient()
	s.server = &http.Server{Handler: s.guard.Require(s.scope)(s), ReadHeaderTimeout: 5 * time.Second}
	serve(func() error {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve %s: %w", s.name, err)
		}
		return nil
	})
	return nil
}

// newClient is an HTTP client with connections of its own.
func newClient() *http.Client {
	return &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
}

func (s *service) stop(ctx context.Context) error {
	s.client.CloseIdleConnections()
	return s.server.Shutdown(ctx)
}

// ServeHTTP is the service's own work, behind its guard: to call the next one.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, _ := guard.FromContext(r.Context())
	out := reply{Service: s.name, User: answer.Subject}
	if s.next != nil {
		status, next := s.callNext(r)
		if status != http.StatusOK {
			http.Error(w, http.StatusText(status), status)
			return
		}
		out.Next = next
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

func (s *service) callNext(r *http.Request) (int, *reply) {
	held, _, _ := oauth.BearerToken(r.Header) // the guard has read it
	token, err := s.onward(r.Context(), held, s.next)
	if err != nil {
		return http.StatusUnauthorized, nil
	}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, s.next.url, nil)
	if err != nil {
		return http.StatusBadGateway, nil
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := s.client.Do(req)
	if err != nil {
		return http.StatusBadGateway, nil
	}
	defer func() { _ = resp.Body.Close() }()
	var next reply
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		return resp.StatusCode, nil
	}
	if err := json.NewDecoder(resp.Body).Decode(&next); err != nil {
		return http.StatusBadGateway, nil
	}
	return http.StatusOK, &next
}
