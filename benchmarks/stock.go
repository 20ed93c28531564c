package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore"
)

// stock is a database with sessions in it, and their ids and access tokens, each in random order.
type stock struct {
	database
	ids    []string
	tokens []string
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

// fill opens n sessions by the daemon's own rules and through its own store, but without HTTP, so that a million take a minute.
func (b *bench) fill(ctx context.Context, name string, n int) (_ *stock, err error) {
	begun := time.Now()
	d, err := b.register(ctx, name)
	if err != nil {
		return nil, err
	}
	store, err := sqlstore.Open(ctx, sqlstore.Config{DSN: d.path})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
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
	s := &stock{database: d, ids: make([]string, n), tokens: make([]string, n)}
	if err := s.open(ctx, sessions); err != nil {
		return nil, fmt.Errorf("open %d sessions: %w", n, err)
	}
	shuffle(s.ids)
	shuffle(s.tokens)
	b.tell("opened %d sessions in %s", n, time.Since(begun).Round(100*time.Millisecond))
	return s, nil
}

func (s *stock) open(ctx context.Context, sessions *session.Service) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
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
					Subject: fmt.Sprintf("user-%07d", user), Client: loginClient,
					Audience: session.ListOf(audience), Scope: session.ParseList(scope),
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

// shuffle is the same in every run: two runs ask in the same order of places, if not of tokens.
func shuffle(texts []string) {
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
}
