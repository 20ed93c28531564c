// Command fosite is an RFC 7662 server to be measured beside introspectd: github.com/ory/fosite, the library that Ory Hydra is made of, with opaque
// access tokens in its store in memory, on a loopback address.
//
//	PEER_SECRET=... go run . -port 4100 -tokens 1000 -out tokens.txt [-hash sha256|bcrypt]
//
// It issues the tokens to itself, writes them to a file, one a line, and answers POST /introspect for the client "bench". The client's secret is
// compared by SHA-256, as introspectd does with those that it has generated, or with -hash bcrypt as the library does by default, which is for
// passwords that people choose. It ends with SIGINT or SIGTERM, and keeps nothing.
package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/storage"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fosite:", err)
		os.Exit(1)
	}
}

// hours is for how long tokens are good: longer than any run.
const hours = 12

func run(ctx context.Context) error {
	port := flag.Int("port", 4100, "to listen on, on 127.0.0.1")
	tokens := flag.Int("tokens", 1000, "to issue")
	out := flag.String("out", "tokens.txt", "file for the tokens")
	hash := flag.String("hash", "sha256", "how the client's secret is compared: sha256 or bcrypt")
	flag.Parse()
	word := os.Getenv("PEER_SECRET")
	if word == "" || *tokens < 1 || *tokens > 100_000 || *hash != "sha256" && *hash != "bcrypt" {
		return errors.New("wants PEER_SECRET in its environment, 1 to 100000 tokens, and -hash sha256 or bcrypt")
	}
	config := &fosite.Config{GlobalSecret: random(), AccessTokenLifespan: hours * time.Hour}
	if *hash == "sha256" {
		config.ClientSecretsHasher = digests{}
	}
	hashed, err := config.GetSecretsHasher(ctx).Hash(ctx, []byte(word))
	if err != nil {
		return err
	}
	store := storage.NewMemoryStore()
	client := &fosite.DefaultClient{ID: "bench", Secret: hashed, GrantTypes: []string{"client_credentials"}, Scopes: []string{"orders:read"}}
	store.Clients[client.ID] = client
	strategy := compose.NewOAuth2HMACStrategy(config)
	made, err := issue(ctx, *tokens, client, store, strategy)
	if err != nil {
		return err
	}
	if err := os.WriteFile(*out, []byte(strings.Join(made, "\n")+"\n"), 0o600); err != nil {
		return err
	}
	provider := compose.Compose(config, store, strategy, compose.OAuth2TokenIntrospectionFactory)
	return serve(ctx, *port, introspection(provider), fmt.Sprintf("secrets by %s, %d tokens in %s", *hash, *tokens, *out))
}

func issue(ctx context.Context, n int, client fosite.Client, store *storage.MemoryStore, strategy oauth2.CoreStrategy) ([]string, error) {
	var out []string
	for i := range n {
		request := fosite.NewAccessRequest(&fosite.DefaultSession{
			Subject: fmt.Sprintf("user-%07d", i), ExpiresAt: map[fosite.TokenType]time.Time{fosite.AccessToken: time.Now().Add(hours * time.Hour)},
		})
		request.Client = client
		request.GrantScope("orders:read")
		token, signature, err := strategy.GenerateAccessToken(ctx, request)
		if err != nil {
			return nil, err
		}
		if err := store.CreateAccessTokenSession(ctx, signature, request); err != nil {
			return nil, err
		}
		out = append(out, token)
	}
	return out, nil
}

func introspection(provider fosite.OAuth2Provider) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /introspect", func(w http.ResponseWriter, r *http.Request) {
		answer, err := provider.NewIntrospectionRequest(r.Context(), r, &fosite.DefaultSession{})
		if err != nil {
			provider.WriteIntrospectionError(r.Context(), w, err)
			return
		}
		provider.WriteIntrospectionResponse(r.Context(), w, answer)
	})
	return mux
}

func serve(ctx context.Context, port int, h http.Handler, words string) error {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	fmt.Fprintf(os.Stderr, "ready on http://%s/introspect, %s\n", l.Addr(), words)
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func random() []byte {
	out := make([]byte, 32)
	_, _ = rand.Read(out) // does not fail
	return out
}

// digests compares secrets that are as long as keys, and need no slow hash.
type digests struct{}

var errOther = errors.New("another secret")

func (digests) Compare(_ context.Context, hash, data []byte) error {
	d := sha256.Sum256(data)
	if subtle.ConstantTimeCompare(d[:], hash) != 1 {
		return errOther
	}
	return nil
}

func (digests) Hash(_ context.Context, data []byte) ([]byte, error) {
	d := sha256.Sum256(data)
	return d[:], nil
}
