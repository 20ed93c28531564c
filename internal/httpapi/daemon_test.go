package httpapi_test

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/cache"
	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/hybrid/keyring/keyringtest"
	"github.com/introspectd/introspectd/internal/httpapi"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sessiontest"
)

// secrets are those of the registered clients.
var secrets = map[string]string{
	"gateway": "gateway-secret-0123456789", "web": "web-secret-0123456789", "shop": "shop-secret-0123456789", "orders-api": "orders-secret-0123456789",
	"billing-api": "billing-secret-0123456789", "both-api": "both-secret-0123456789", "root": "root-secret-0123456789", "odd": "p:@ +%",
}

var registered = []caller.Client{
	{ID: "web", Roles: caller.Login},
	{ID: "gateway", Roles: caller.Gateway},
	{ID: "shop", Roles: caller.Service},
	{ID: "orders-api", Roles: caller.API, Audiences: "orders"},
	{ID: "billing-api", Roles: caller.API, Audiences: "billing"},
	{ID: "both-api", Roles: caller.API, Audiences: "orders billing"},
	{ID: "root", Roles: caller.Admin},
	{ID: "odd", Roles: caller.API, Audiences: "orders"},
}

// daemon is all of a server but the socket.
type daemon struct {
	*httpapi.Server
	t       testing.TB
	store   *sessiontest.Memory
	node    *revocation.Node
	cache   *cache.Cache
	callers *caller.Registry
	ring    *keyring.Ring
	tokens  *hybrid.Reader
	swaps   *hybrid.Exchanger
	log     *lines // log and audit
}

type options struct {
	issuer   string
	window   time.Duration
	capacity int
	swaps    int                                      // exchanges remembered
	settle   func(context.Context, session.Seq) error // in place of the node's
	http     func(*httpapi.Config)
}

func newDaemon(t testing.TB, change ...func(*options)) *daemon {
	t.Helper()
	o := options{issuer: "https://id.example", window: 10 * time.Second, capacity: 1000, swaps: 1000}
	for _, c := range change {
		c(&o)
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d := &daemon{t: t, store: sessiontest.NewMemory(), log: &lines{}}
	d.register()
	var err error
	start := time.Now()
	d.node, err = revocation.NewNode(revocation.NodeConfig{
		Log: d.store, Clock: func() revocation.Instant { return revocation.Instant(time.Since(start)) },
		Registry: func(ctx context.Context) error { return d.callers.Load(ctx) },
	})
	check(err)
	d.callers = caller.NewRegistry(d.store, d.node.Set().CoversClient)
	check(d.callers.Load(t.Context()))
	d.cache, err = cache.New(cache.Config{Store: d.store, Node: d.node, Capacity: o.capacity})
	check(err)
	guesses := caller.NewGuesses(50, 500)
	signed := d.hybrid(o.issuer, o.swaps)
	answers, err := introspect.NewService(introspect.Config{Finder: d.cache, Callers: d.callers, Issuer: o.issuer, Guesses: guesses, Signed: d.tokens})
	check(err)
	succession, err := session.NewSuccession([]byte("a server key of thirty-two bytes"))
	check(err)
	if o.settle == nil {
		o.settle = d.node.Settle
	}
	sessions, err := session.NewService(session.Config{
		Store: d.store, Audiences: d.callers, Settle: o.settle, Succession: succession,
		Lifetimes: session.Lifetimes{Access: 15 * time.Minute, Session: 12 * time.Hour, Idle: 4 * time.Hour, Window: o.window},
	})
	check(err)
	logger := slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := httpapi.Config{Issuer: o.issuer, Sessions: sessions, Answers: answers, Callers: d.callers, Feed: d.node, Guesses: guesses, Hybrid: signed, Log: logger, Audit: logger}
	if o.http != nil {
		o.http(&c)
	}
	d.Server, err = httpapi.New(c)
	check(err)
	d.run()
	return d
}

// hybrid makes internal JWTs.
func (d *daemon) hybrid(issuer string, capacity int) *httpapi.Hybrid {
	d.t.Helper()
	check := func(err error) {
		d.t.Helper()
		if err != nil {
			d.t.Fatal(err)
		}
	}
	seal, err := keyring.NewSealer([]byte("a server key of thirty-two bytes"))
	check(err)
	d.ring, err = keyring.New(keyring.Config{Store: &keyringtest.Memory{}, Seal: seal})
	check(err)
	check(d.ring.Refresh(d.t.Context(), time.Now()))
	d.tokens, err = hybrid.NewReader(hybrid.ReaderConfig{Issuer: issuer, Keys: d.ring, Finder: d.cache, Fence: d.node})
	check(err)
	minter, err := hybrid.NewMinter(hybrid.MintConfig{Issuer: issuer, Signer: d.ring})
	check(err)
	d.swaps, err = hybrid.NewExchanger(hybrid.ExchangerConfig{Reader: d.tokens, Callers: d.callers, Minter: minter, Capacity: capacity})
	check(err)
	return &httpapi.Hybrid{Exchanges: d.swaps, Tokens: d.tokens, Keys: d.ring, Fence: d.node, Lead: time.Hour}
}

func (d *daemon) register() {
	ctx := d.t.Context()
	for _, c := range registered {
		c.Method, c.Secret = caller.SecretBasic, sha256.Sum256([]byte(secrets[c.ID]))
		if err := d.store.AddClient(ctx, c); err != nil {
			d.t.Fatal(err)
		}
	}
	for _, a := range []session.Audience{
		{Name: "orders", Scopes: "orders:read orders:write", Callers: "web shop gateway"},
		{Name: "billing", Scopes: "billing:read", Callers: "web gateway orders-api"},
		{Name: "https://api.example/v1", Scopes: "api", Callers: "web gateway"},
	} {
		if err := d.store.AddAudience(ctx, a); err != nil {
			d.t.Fatal(err)
		}
	}
}

// run follows the log until the test is over.
func (d *daemon) run() {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = d.node.Run(ctx) })
	d.t.Cleanup(func() {
		d.cache.Close()
		cancel()
		running.Wait()
	})
	if err := d.node.Renewed(ctx); err != nil {
		d.t.Fatal(err)
	}
}

// disable does what the command line does.
func (d *daemon) disable(client string) {
	d.t.Helper()
	done, err := d.store.Revoke(d.t.Context(), session.ByClient(client), time.Now())
	if err == nil {
		err = d.node.Settle(d.t.Context(), done.Seq)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// do sends a request of a client and gives the answer.
func (d *daemon) do(req *http.Request, client string) *httptest.ResponseRecorder {
	if client != "" {
		req.SetBasicAuth(client, secrets[client])
	}
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, req)
	return w
}

func form(path string, pairs ...string) *http.Request {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req
}

// pair is what a login gets.
type pair struct{ access, refresh, session string }

func (d *daemon) open(subject string) pair {
	d.t.Helper()
	req := httptest.NewRequest(http.MethodPost, "/sessions", strings.NewReader(`{"subject":"`+subject+`","audience":"orders","scope":"orders:read"}`))
	req.Header.Set("Content-Type", "application/json")
	w := d.do(req, "web")
	m := decode(d.t, w)
	if w.Code != http.StatusCreated {
		d.t.Fatalf("POST /sessions = %d %s", w.Code, w.Body)
	}
	return pair{m["access_token"].(string), m["refresh_token"].(string), m["session_id"].(string)}
}

func (d *daemon) active(token string) bool {
	d.t.Helper()
	w := d.do(form("/introspect", "token", token), "orders-api")
	if w.Code != http.StatusOK {
		d.t.Fatalf("POST /introspect = %d %s", w.Code, w.Body)
	}
	return decode(d.t, w)["active"].(bool)
}

// lines is a log that tests read.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
