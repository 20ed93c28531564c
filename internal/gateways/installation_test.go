package gateways_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/daemon"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// installation is a daemon that runs, and a service that believes its JWTs.
type installation struct {
	t       *testing.T
	behind  gateway
	issuer  string
	stop    func()
	said    *words
	login   session.Handle // the secret of the client web
	service *service
}

func install(t *testing.T, g gateway) *installation {
	t.Helper()
	i := &installation{t: t, behind: g, said: &words{}, login: session.NewHandle(session.ClientSecret)}
	s := config.Defaults()
	s.Listen, s.Database, s.LogLevel = "127.0.0.1:0", config.ParseDSN(filepath.Join(t.TempDir(), "x.db")), "debug"
	d, err := daemon.New(t.Context(), daemon.Config{Settings: s, Stderr: i.said})
	if err != nil {
		t.Fatal(err)
	}
	register(t, d, i.login)
	ctx, cancel := context.WithCancel(context.Background())
	ready := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		if err := d.Run(ctx, func() { close(ready) }); err != nil {
			t.Errorf("the daemon ended: %v", err)
		}
	})
	i.issuer, i.stop = d.URL(), func() { cancel(); running.Wait() }
	t.Cleanup(func() {
		i.stop()
		if strings.Contains(i.said.String(), "eyJ") || strings.Contains(i.said.String(), "ita_") {
			t.Error("a token is in the daemon's log")
		}
	})
	<-ready
	i.service = serve(t, i.issuer)
	return i
}

func register(t *testing.T, d *daemon.Daemon, login session.Handle) {
	t.Helper()
	store := d.Store()
	if err := store.AddAudience(t.Context(), session.Audience{Name: "orders", Scopes: "orders:read orders:export", Callers: "web"}); err != nil {
		t.Fatal(err)
	}
	if err := store.AddAudience(t.Context(), session.Audience{Name: "billing", Callers: "web"}); err != nil {
		t.Fatal(err)
	}
	web := caller.Client{ID: "web", Roles: caller.Login, Method: caller.SecretBasic, Secret: login.Digest(), CreatedAt: session.DateOf(time.Now())}
	if err := store.AddClient(t.Context(), web); err != nil {
		t.Fatal(err)
	}
}

// service takes internal JWTs for the audience orders and nothing else. It remembers what it saw.
type service struct {
	*httptest.Server
	verifier *hybrid.Verifier

	mu   sync.Mutex
	seen []seen // guarded by mu
}

// seen is a request that reached the service.
type seen struct {
	header  http.Header
	verdict hybrid.Verdict
}

func serve(t *testing.T, issuer string) *service {
	t.Helper()
	keys, err := jwks.NewSource(jwks.Config{URL: issuer + "/.well-known/jwks.json"})
	if err != nil {
		t.Fatal(err)
	}
	s := &service{}
	s.verifier, err = hybrid.NewVerifier(hybrid.Config{Issuer: issuer, Audience: "orders", Algorithms: []jwks.Algorithm{jwks.EdDSA}, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		verdict, err := s.verifier.Verify(r.Context(), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), time.Now())
		if err != nil {
			t.Errorf("verify: %v", err)
		}
		s.mu.Lock()
		s.seen = append(s.seen, seen{r.Header.Clone(), verdict})
		s.mu.Unlock()
		if !verdict.Good {
			w.WriteHeader(http.StatusTeapot) // a status that no gateway makes up
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// since is what has reached the service since it was asked last.
func (s *service) since() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.seen
	s.seen = nil
	return out
}
