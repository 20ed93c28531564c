package guard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/introspectd/introspectd/introspect/oauth"
)

// metadata is what the guarded API says of itself (RFC 9728). It is empty without a resource.
type metadata struct {
	url, path string
	document  []byte
}

type description struct {
	Resource string   `json:"resource"`
	Issuers  []string `json:"authorization_servers"`
	Scopes   []string `json:"scopes_supported,omitempty"` // RFC 9728 §3.2: what is empty is left out
	Methods  []string `json:"bearer_methods_supported"`
}

func newMetadata(c *Config) (metadata, error) {
	if c.Resource == "" {
		return metadata{}, nil
	}
	at, err := oauth.MetadataURL(c.Resource, oauth.WellKnownProtectedResource)
	if err != nil {
		return metadata{}, fmt.Errorf("guard: resource: %w", err)
	}
	u, err := url.Parse(at)
	if err != nil {
		return metadata{}, fmt.Errorf("guard: resource: %w", err)
	}
	document, err := json.Marshal(description{c.Resource, []string{c.Issuer}, c.Scopes, []string{"header"}})
	return metadata{at, u.EscapedPath(), document}, err
}

// MetadataPath is where the API's metadata belongs: /.well-known/oauth-protected-resource and the resource's path, if it has one. It is
// empty when no resource is configured.
func (g *Guard) MetadataPath() string { return g.metadata.path }

// Metadata serves what clients need to know of the API (RFC 9728 §3): itself, its issuer, its scopes, and that it takes tokens in the
// Authorization header. It wants no token. Without a configured resource there is nothing here.
func (g *Guard) Metadata() http.Handler {
	if g.metadata.document == nil {
		return http.NotFoundHandler()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		h.Set("Content-Type", oauth.MediaJSON)
		h.Set("Cache-Control", "public, max-age=300") // a new scope is found within minutes
		_, _ = w.Write(g.metadata.document)
	})
}
