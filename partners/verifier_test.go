package partners_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/lestrrat-go/httprc/v3"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"
	"github.com/zitadel/oidc/v3/pkg/client"
)

// verifier is somebody else's library in an API, set up with nothing but the issuer and the algorithm. It keeps the key set as it likes.
type verifier interface {
	// verify returns the claims of a token that is good at the audience, or why it is not.
	verify(t *testing.T, token, audience string) (map[string]any, error)
	// refetch is for a library that does not look for an unknown key by itself.
	refetch(ctx context.Context) error
}

var verifiers = map[string]func(*testing.T, *daemon, string) verifier{
	"go-oidc": newGoOIDC, "jwx": newJWX, "oauth4webapi": newOAuth4WebAPI,
}

// goOIDC is github.com/coreos/go-oidc. The metadata says nothing about ID tokens, of which there are none, so it is told the algorithm.
type goOIDC struct {
	provider *oidc.Provider
	keys     oidc.KeySet // one for all audiences
	issuer   string
	alg      string
}

func newGoOIDC(t *testing.T, d *daemon, alg string) verifier {
	ctx := oidc.ClientContext(t.Context(), d.http)
	provider, err := oidc.NewProvider(ctx, d.issuer)
	if err != nil {
		t.Fatalf("discovery of %s: %v", d.issuer, err)
	}
	var metadata struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&metadata); err != nil {
		t.Fatal(err)
	}
	return &goOIDC{provider, oidc.NewRemoteKeySet(ctx, metadata.Keys), d.issuer, alg}
}

func (v *goOIDC) verify(t *testing.T, token, audience string) (map[string]any, error) {
	config := &oidc.Config{ClientID: audience, SupportedSigningAlgs: []string{v.alg}}
	parsed, err := oidc.NewVerifier(v.issuer, v.keys, config).Verify(t.Context(), token)
	if err != nil {
		return nil, err
	}
	var claims map[string]any
	return claims, parsed.Claims(&claims)
}

func (*goOIDC) refetch(context.Context) error { return nil }

// jwx is github.com/lestrrat-go/jwx, with its cache of key sets.
type jwx struct {
	issuer, uri string
	cache       *jwk.Cache
	keys        jwk.Set
}

func newJWX(t *testing.T, d *daemon, _ string) verifier {
	metadata, err := client.Discover(t.Context(), d.issuer, d.http)
	if err != nil {
		t.Fatalf("discovery of %s: %v", d.issuer, err)
	}
	cache, err := jwk.NewCache(t.Context(), httprc.NewClient(httprc.WithHTTPClient(d.http)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := cache.Shutdown(ctx); err != nil {
			t.Errorf("shutdown of the cache: %v", err)
		}
	})
	if err := cache.Register(t.Context(), metadata.JwksURI); err != nil {
		t.Fatalf("fetch %s: %v", metadata.JwksURI, err)
	}
	keys, err := cache.CachedSet(metadata.JwksURI)
	if err != nil {
		t.Fatal(err)
	}
	return &jwx{d.issuer, metadata.JwksURI, cache, keys}
}

func (v *jwx) verify(t *testing.T, token, audience string) (map[string]any, error) {
	parsed, err := jwt.ParseString(token, jwt.WithContext(t.Context()), jwt.WithKeySet(v.keys), jwt.WithIssuer(v.issuer), jwt.WithAudience(audience))
	if err != nil {
		return nil, err
	}
	message, err := jws.ParseString(token) // jwt leaves typ to its callers
	if err != nil {
		return nil, err
	}
	if typ, _ := message.Signatures()[0].ProtectedHeaders().Type(); typ != "at+jwt" {
		return nil, fmt.Errorf("typ %q is not that of an access token (RFC 9068 §4)", typ)
	}
	text, err := json.Marshal(parsed)
	if err != nil {
		return nil, err
	}
	var claims map[string]any
	return claims, json.Unmarshal(text, &claims)
}

func (v *jwx) refetch(ctx context.Context) error {
	_, err := v.cache.Refresh(ctx, v.uri)
	return err
}

// oauth4WebAPI is node/verify.mjs: each token in a process of its own, which fetches the set anew.
type oauth4WebAPI struct{ node, issuer, alg string }

func newOAuth4WebAPI(t *testing.T, d *daemon, alg string) verifier {
	return &oauth4WebAPI{needNode(t), d.issuer, alg}
}

func (v *oauth4WebAPI) verify(t *testing.T, token, audience string) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, v.node, filepath.Join("node", "verify.mjs"))
	cmd.Env = append(os.Environ(), "ISSUER="+v.issuer, "TOKEN="+token, "AUDIENCE="+audience, "SIGNING_ALG="+v.alg)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node verify.mjs: %v: %s", err, &stderr) // no answer: it prints whether a token is good, and ends well
	}
	var said struct {
		Claims map[string]any `json:"claims"`
		Error  string         `json:"error"`
	}
	if err := json.Unmarshal(out, &said); err != nil || (said.Claims == nil) == (said.Error == "") {
		t.Fatalf("node verify.mjs printed %q: %v", out, err)
	}
	if said.Error != "" {
		return nil, errors.New(said.Error)
	}
	return said.Claims, nil
}

func (*oauth4WebAPI) refetch(context.Context) error { return nil }

// header is that of a JWT, which nobody has verified.
func header(t *testing.T, token string) (kid, alg, typ string) {
	t.Helper()
	message, err := jws.ParseString(token)
	if err != nil || strings.Count(token, ".") != 2 {
		t.Fatalf("%q is no JWT: %v", token, err)
	}
	h := message.Signatures()[0].ProtectedHeaders()
	kid, _ = h.KeyID()
	typ, _ = h.Type()
	a, _ := h.Algorithm()
	return kid, a.String(), typ
}

// published are the ids of the keys in the set.
func (d *daemon) published(t *testing.T) []string {
	t.Helper()
	answer, err := d.http.Get(d.url + "/.well-known/jwks.json")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var set struct {
		Keys []struct {
			ID string `json:"kid"`
		} `json:"keys"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil || answer.StatusCode != http.StatusOK || len(set.Keys) == 0 {
		t.Fatalf("the key set: %s, %v, %d keys", answer.Status, err, len(set.Keys))
	}
	var ids []string
	for _, key := range set.Keys {
		ids = append(ids, key.ID)
	}
	return ids
}
