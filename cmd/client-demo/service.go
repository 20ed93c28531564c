package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// service is one of the three: it checks the token it was handed, and hands it on to the next.
type service struct {
	name  string
	scope string // needed to call it
	url   string
	next  *service // nil: the end of the chain

	introspector introspect.Introspector
	client       *http.Client
	server       *http.Server
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
	s.client = &http.Client{Timeout: 5 * time.Second, Transport: http.DefaultTransport.(*http.Transport).Clone()}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	serve(func() error {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve %s: %w", s.name, err)
		}
		return nil
	})
	return nil
}

func (s *service) stop(ctx context.Context) error {
	s.client.CloseIdleConnections()
	return s.server.Shutdown(ctx)
}

// ServeHTTP is all that a service has to do: ask, refuse or serve, and pass the token on.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, found, err := oauth.BearerToken(r.Header)
	if err != nil || !found {
		refuse(w, http.StatusUnauthorized)
		return
	}
	answer, err := s.introspector.Introspect(r.Context(), session.Present(text))
	switch {
	case err != nil:
		refuse(w, http.StatusServiceUnavailable) // we could not find out: neither yes nor no
		return
	case !answer.Active:
		refuse(w, http.StatusUnauthorized)
		return
	case !answer.Scope.Has(s.scope):
		refuse(w, http.StatusForbidden)
		return
	}
	out := reply{Service: s.name, User: answer.Subject}
	if s.next != nil {
		status, next, err := s.callNext(r.Context(), text)
		if err != nil {
			status = http.StatusBadGateway
		}
		if status != http.StatusOK {
			refuse(w, status)
			return
		}
		out.Next = next
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

func (s *service) callNext(ctx context.Context, token string) (int, *reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.next.url, nil)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	var next reply
	if resp.StatusCode == http.StatusOK {
		err = json.NewDecoder(resp.Body).Decode(&next)
	}
	return resp.StatusCode, &next, err
}

func refuse(w http.ResponseWriter, status int) {
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="demo"`)
	}
	http.Error(w, http.StatusText(status), status)
}
