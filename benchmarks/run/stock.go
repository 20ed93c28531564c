package run

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore"
)

// stock is a database with sessions in it, and their ids and access tokens, each in random order.
type stock struct {
	dsn, keys string
	family    int                       // process of the database's server, which starts one for each connection; 0: none, or not known
	handles   map[string]session.Handle // client secrets
	ids       []string
	tokens    []string
}

// usersPerSession: one session in ten is another device of the same user.
const usersPerSession = 0.9

// openers is how many sessions are opened at a time while a database is filled: each group of commits takes them all.
const openers = 512

// tokensLive and sessionsLive are longer than any run.
const (
	tokensLive   = 12 * time.Hour
	sessionsLive = 24 * time.Hour
)

// fill makes a database with n sessions for some audiences, opened by the daemon's own rules and through its own store, but without HTTP, so that
// a million take a minute.
func (b *bench) fill(ctx context.Context, on config.DSN, name string, n int, audiences ...session.Audience) (_ *stock, err error) {
	s := &stock{family: b.postmaster(ctx, on), handles: map[string]session.Handle{}, ids: make([]string, n), tokens: make([]string, n)}
	if s.dsn, s.keys, err = b.create(ctx, on, name); err != nil {
		return nil, err
	}
	store, err := sqlstore.Open(ctx, sqlstore.Config{DSN: s.dsn, Migrate: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := s.register(ctx, store, audiences); err != nil {
		return nil, err
	}
	registry := caller.NewRegistry(store, nil)
	if err := registry.Load(ctx); err != nil {
		return nil, err
	}
	sessions, err := session.NewService(session.Config{
		Store: store, Audiences: registry, Lifetimes: session.Lifetimes{Access: tokensLive, Session: sessionsLive},
	})
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx, sessions, audiences); err != nil {
		return nil, fmt.Errorf("open %d sessions: %w", n, err)
	}
	shuffle(b.seed, s.ids)
	shuffle(b.seed, s.tokens)
	return s, nil
}

func (s *stock) open(ctx context.Context, sessions *session.Service, audiences []session.Audience) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	names, scopes := named(audiences)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range openers {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(s.tokens) {
					return
				}
				user := int(float64(i) * usersPerSession)
				opened, err := sessions.Open(ctx, session.OpenRequest{
					Subject: fmt.Sprintf("user-%07d", user), Client: loginClient, Audience: names, Scope: scopes,
					AMR: session.ListOf("pwd"), Device: "Firefox on Linux", IP: "192.0.2.7",
				}, time.Now())
				if err != nil {
					cancel(err)
					return
				}
				s.ids[i], s.tokens[i] = opened.Session.ID.String(), opened.Pair.Access.Reveal()
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// shuffle is the same for the same seed: two runs ask in the same order of places, if not of tokens.
func shuffle(seed uint64, texts []string) {
	rand.New(rand.NewPCG(seed, 2)).Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
}

// authorization is a header line. Ids and generated secrets need no form-encoding (RFC 6749 §2.3.1).
func (s *stock) authorization(client string) string { return basic(client, s.handles[client]) }

func basic(id string, word session.Handle) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+word.Reveal()))
}

// serve starts a daemon on a database. Entries is what its cache holds.
func (b *bench) serve(ctx context.Context, s *stock, entries int) (*server, error) {
	d, err := b.start(ctx, part.Daemon, part.DaemonTask{Database: s.dsn, KeyFile: s.keys, Listen: "127.0.0.1:0", Entries: entries})
	if err != nil {
		return nil, err
	}
	d.family = s.family
	_, err = d.get(ctx, "/readyz")
	return d, err
}
