//go:build linux

package blackbox

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"sync"

	"github.com/introspectd/introspectd/session"
)

// Service is a process with a guard in mode jwt-lease. It is a [Party] that is asked about the signed token that was made from a token.
type Service struct {
	Label string
	Link  *Link // the clients' way to it
	Feed  *Link // its way to a daemon
	Of    *Daemon
	Stale string // what its guard does while it hears nothing

	in     *Installation
	door   *door
	client credentials

	mu      sync.Mutex
	process *Process // guarded by mu; nil before the first start
}

var serviceReady = regexp.MustCompile(`service is ready on http://(\S+) `)

// Start starts a process and returns when it serves.
func (s *Service) Start(ctx context.Context) error {
	process, address, err := launch(ctx, serviceReady, []string{"BLACKBOX_SECRET=" + s.client.Secret.Reveal()}, s.in.service,
		"-issuer", s.in.Issuer, "-through", s.Feed.Address(), "-client", s.client.ID, "-stale", s.Stale)
	if err != nil {
		return fmt.Errorf("start service %s: %w", s.Label, err)
	}
	s.in.Note("%s was started", s.Label)
	s.mu.Lock()
	s.process = process
	s.mu.Unlock()
	s.Link.Lead(address)
	return nil
}

// Kill ends the process at once.
func (s *Service) Kill() error {
	s.in.Note("%s is killed", s.Label)
	return s.Process().Kill()
}

// Stop gives the process no time.
func (s *Service) Stop() error {
	err := s.Process().Stop()
	s.in.Note("%s was stopped", s.Label)
	return err
}

// Continue gives it time again.
func (s *Service) Continue() error {
	s.in.Note("%s goes on", s.Label)
	return s.Process().Continue()
}

// Process is the one that was started last.
func (s *Service) Process() *Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process
}

// Name implements [Party].
func (s *Service) Name() string { return s.Label }

// About implements [Party].
func (s *Service) About(t *Token) *Token { return t.asSigned() }

const unsigned = "no signed token"

// Accepts implements [Party].
func (s *Service) Accepts(ctx context.Context, t *Token) (Outcome, string) {
	t = s.About(t)
	if t.Signer == "" {
		return Unknown, unsigned
	}
	status, words := s.door.send(ctx, s.door.kept, call{method: http.MethodGet, path: "/", bearer: t.Access}, nil)
	switch status {
	case http.StatusNoContent:
		return Active, ""
	case http.StatusUnauthorized:
		return Inactive, ""
	default:
		return Unknown, words
	}
}

// sign has a daemon make a signed token from one that was just issued. When it does not, services are not asked about it.
func (d *Daemon) sign(ctx context.Context, t *Token) {
	var got struct {
		Access string `json:"access_token"`
	}
	status, words := d.door.send(ctx, d.door.kept, call{method: http.MethodPost, path: "/token", as: d.in.edge, form: url.Values{
		"grant_type":    {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"subject_token": {t.Access.Reveal()}, "subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "audience": {"orders"},
	}}, &got)
	if status != http.StatusOK {
		if status != http.StatusBadRequest { // it may have been taken back by now
			d.in.trouble("exchange at "+d.Label, words)
		}
		return
	}
	d.in.signed(t, session.Present(got.Access))
}

// serveAPIs starts the services, each of which hears from another daemon.
func (in *Installation) serveAPIs(ctx, background context.Context, p Plan) error {
	if p.Services == 0 {
		return nil
	}
	if err := in.prepareKeys(ctx); err != nil {
		return err
	}
	var err error
	if in.edge, err = in.add(ctx, "edge", "--role", "gateway"); err != nil {
		return err
	}
	for i := range p.Services {
		s := &Service{Label: fmt.Sprintf("service %d", i), Of: in.Daemons[i%len(in.Daemons)], Stale: []string{"reject", "introspect"}[i%2], in: in}
		if s.client, err = in.add(ctx, fmt.Sprintf("api-%d", i), "--role", "api", "--audience", "orders"); err != nil {
			return err
		}
		if s.Link, err = in.link(background, "127.0.0.1:1"); err != nil {
			return err
		}
		if s.Feed, err = in.link(background, s.Of.Link.Address()); err != nil {
			return err
		}
		s.door = newDoor(s.Link.Address())
		in.Services, in.Others = append(in.Services, s), append(in.Others, s)
		if err := s.Start(ctx); err != nil {
			return err
		}
	}
	for _, d := range in.Daemons {
		in.Others = append(in.Others, d.Signed())
	}
	return nil
}
