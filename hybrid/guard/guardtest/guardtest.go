// Package guardtest is an issuer in a box, for the tests of a service that has a guard in front of its handlers: an HTTP server of its own
// with metadata, keys, introspection and token exchange, and tokens for the asking.
//
// Guarantees:
//   - Tokens, keys and answers are made by the very code that the daemon and the guard run. A handle and the internal tokens made of it
//     are taken back together.
//   - What the issuer takes back or withdraws is gone when the call returns. A guard in mode jwt accepts what was taken back to its end,
//     as it does in earnest.
//
// It refuses to run outside of a test, and to keep anything.
package guardtest

import (
	"crypto/ed25519"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session"
)

// Issuer issues tokens for any audience. The client of an API, with which it asks, is named like its audience, and every client's secret is
// the same.
type Issuer struct {
	URL string // what tokens and answers have as their iss

	tb     testing.TB
	secret oauth.Secret

	mu     sync.Mutex // guards what follows
	keys   []signer   // those published; the last one signs
	issued map[session.Digest]*token
	down   bool
	asked  map[string]int
}

type signer struct {
	public jwks.Key
	sign   ed25519.PrivateKey
}

// token is one that was issued. What was made of a handle is taken back with it.
type token struct {
	answer introspect.Answer
	claims *hybrid.Claims // of an internal token
	from   *token         // the handle that it was made of
	gone   bool
}

// New starts an issuer, which stops with the test.
func New(tb testing.TB) *Issuer {
	tb.Helper()
	i := &Issuer{
		tb: tb, secret: oauth.NewSecret(session.NewHandle(session.ClientSecret).Reveal()), issued: map[session.Digest]*token{}, asked: map[string]int{},
	}
	i.Rotate()
	server := httptest.NewServer(i.handler())
	tb.Cleanup(server.Close)
	i.URL = server.URL
	return i
}

// Config is that of a guard for one API of this issuer. Mode ttl-cache has a TTL of a minute. A guard in mode jwt asks about handles, and
// knows of new and withdrawn keys at once; with [Issuer.Settings] it has to fetch them.
func (i *Issuer) Config(mode guard.Mode, audience string) guard.Config {
	i.tb.Helper()
	client, err := remote.New(remote.Config{
		Endpoint: i.URL + pathIntrospect, ClientID: audience, Secret: i.secret, Issuer: i.URL, Audience: audience,
	})
	if err != nil {
		i.tb.Fatal(err)
	}
	i.tb.Cleanup(client.Close)
	cfg := guard.Config{Mode: mode, Issuer: i.URL, Audience: audience, Introspector: client}
	switch mode {
	case guard.TTLCache:
		cfg.TTL = time.Minute
	case guard.JWT, guard.JWTLease:
		cfg.Keys, cfg.Algorithms = published{i}, []jwks.Algorithm{jwks.EdDSA}
	}
	return cfg
}

// Settings are those with which a guard finds the issuer by its metadata.
func (i *Issuer) Settings(mode guard.Mode, audience string) guard.Settings {
	s := guard.Settings{Mode: string(mode), Issuer: i.URL, Audience: audience, ClientID: audience, Secret: i.secret}
	if mode == guard.TTLCache {
		s.TTL = time.Minute
	}
	return s
}

// Guard is a guard by Config.
func (i *Issuer) Guard(mode guard.Mode, audience string) *guard.Guard {
	i.tb.Helper()
	g, err := guard.New(i.Config(mode, audience))
	if err != nil {
		i.tb.Fatal(err)
	}
	return g
}

// Secret is that of every client.
func (i *Issuer) Secret() oauth.Secret { return i.secret }

// Asked counts the requests that an endpoint has had: "introspect", "token", "jwks.json".
func (i *Issuer) Asked(endpoint string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked[endpoint]
}

// Down makes every endpoint answer 503, or work again.
func (i *Issuer) Down(down bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down = down
}

func (i *Issuer) minter(signer hybrid.Signer) *hybrid.Minter {
	m, err := hybrid.NewMinter(hybrid.MintConfig{Issuer: i.URL, Signer: signer})
	if err != nil {
		i.tb.Fatal(err)
	}
	return m
}

// Authorize puts a token into a request.
func Authorize(r *http.Request, token string) *http.Request {
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}
