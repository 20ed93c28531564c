package introspecttest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/cache"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sessiontest"
)

// Fixture is what an [introspect.Introspector] under test stands on: the server's side, and who asks.
type Fixture struct {
	Service *introspect.Service
	Callers *caller.Registry
	Issuer  string
	Now     func() time.Time // the world's time, which stands still unless a case moves it

	Caller string // the client that asks
	Secret oauth.Secret

	Cache *cache.Cache     // finds what was opened
	Node  *revocation.Node // knows what was taken back
}

const issuer = "https://id.example"

// world is everything there is in one case.
type world struct {
	t        *testing.T
	store    *sessiontest.Memory
	node     *revocation.Node
	cache    *cache.Cache
	callers  *caller.Registry
	service  *introspect.Service
	opener   *session.Service
	passed   atomic.Int64 // how far the case has moved the clock
	distance Distance

	secrets   map[string]oauth.Secret
	askers    map[string]introspect.Introspector
	opened    map[string]*session.Opened
	exchanged map[string]exchanged
	warm      bool
	last      outcome
}

type outcome struct {
	asked  bool
	none   bool // the client cannot ask from here
	answer introspect.Answer
	err    error
}

var epoch = time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)

func (w *world) now() time.Time { return epoch.Add(time.Duration(w.passed.Load())) }

// lease is the node's, as long as in an installation that says nothing else.
const lease = 2 * time.Second

func newWorld(t *testing.T, d Distance, warm bool) *world {
	t.Helper()
	w := &world{
		t: t, store: sessiontest.NewMemory(), distance: d, warm: warm, secrets: map[string]oauth.Secret{}, askers: map[string]introspect.Introspector{},
		opened: map[string]*session.Opened{}, exchanged: map[string]exchanged{},
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	w.node, err = revocation.NewNode(revocation.NodeConfig{
		Log: w.store, Lease: lease, Clock: func() revocation.Instant { return revocation.Instant(w.passed.Load()) },
		Registry: func(ctx context.Context) error { return w.callers.Load(ctx) },
	})
	check(err)
	w.callers = caller.NewRegistry(w.store, w.node.Set().CoversClient)
	w.cache, err = cache.New(cache.Config{Store: w.store, Node: w.node, Capacity: 1000})
	check(err)
	c := introspect.Config{Finder: w.cache, Callers: w.callers, Issuer: issuer, Guesses: caller.NewGuesses(50, 500)}
	if d.Signed != nil {
		c.Signed, err = d.Signed(w.fixture())
		check(err)
	}
	w.service, err = introspect.NewService(c)
	check(err)
	w.opener, err = session.NewService(session.Config{
		Store: w.store, Audiences: w.callers, Settle: w.node.Settle,
		Lifetimes: session.Lifetimes{Access: 15 * time.Minute, Session: 720 * time.Hour},
	})
	check(err)
	w.run()
	return w
}

// fixture is that of nobody in particular.
func (w *world) fixture() Fixture {
	return Fixture{Service: w.service, Callers: w.callers, Issuer: issuer, Now: w.now, Cache: w.cache, Node: w.node}
}

// run follows the log until the test is over, and puts everything away then.
func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = w.node.Run(ctx) })
	w.t.Cleanup(func() {
		w.cache.Close()
		cancel()
		running.Wait()
	})
}

func (w *world) asker(client string) (introspect.Introspector, error) {
	if in, ok := w.askers[client]; ok {
		return in, nil
	}
	secret, ok := w.secrets[client]
	if !ok {
		return nil, fmt.Errorf("no client %q", client)
	}
	f := w.fixture()
	f.Caller, f.Secret = client, secret
	in := w.distance.Ask(w.t, f)
	w.askers[client] = in
	return in, nil
}

// remember asks beside the store until the answer comes out of memory.
func (w *world) remember(token session.Handle) error {
	admin := &caller.Client{ID: "warmer", Roles: caller.Admin}
	hits := w.cache.Stats().Hits
	for range 1000 {
		if _, err := w.service.Answer(w.t.Context(), admin, token, w.now()); err != nil {
			return err
		}
		if w.cache.Stats().Hits > hits {
			return nil
		}
		time.Sleep(time.Millisecond) // the memory shows what it took in a moment later
	}
	return fmt.Errorf("%v is not remembered", token)
}
