package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
)

// metadata is the authorization server metadata of RFC 8414, and where it is.
type metadata struct {
	about  description
	grants []string // what the token endpoint takes
	url    string   // its first address
	path   string   // the issuer's path; "" for most
}

// description is the document. There is no authorization endpoint, so there are no response types to list, and RFC 8414 §3.2 forbids an empty
// list: the member is left out. Members without an RFC are our own endpoints.
type description struct {
	Issuer            string   `json:"issuer"`
	Token             string   `json:"token_endpoint"`
	TokenAuth         []string `json:"token_endpoint_auth_methods_supported"`
	Introspection     string   `json:"introspection_endpoint"`
	IntrospectionAuth []string `json:"introspection_endpoint_auth_methods_supported"`
	IntrospectionAlgs []string `json:"introspection_signing_alg_values_supported,omitempty"` // RFC 9701 §7
	Revocation        string   `json:"revocation_endpoint"`
	RevocationAuth    []string `json:"revocation_endpoint_auth_methods_supported"`
	GrantTypes        []string `json:"grant_types_supported"`
	KeySet            string   `json:"jwks_uri,omitempty"`
	SessionsEndpoint  string   `json:"sessions_endpoint"`
	LogoutEndpoint    string   `json:"logout_endpoint"`
	ForwardAuth       string   `json:"forward_auth_endpoint,omitempty"`
	FeedEndpoint      string   `json:"revocation_feed_endpoint,omitempty"`
}

func newMetadata(issuer string, feed, hybrid bool) (metadata, error) {
	address, err := oauth.MetadataURL(issuer, oauth.WellKnownAuthorizationServer)
	if err != nil {
		return metadata{}, fmt.Errorf("http server: %w", err)
	}
	u, err := url.Parse(issuer)
	if err != nil {
		return metadata{}, fmt.Errorf("http server: %w", err)
	}
	if strings.ContainsAny(u.Path, ":*") || strings.HasSuffix(issuer, "/") {
		// The router would read the first two as patterns; with a slash at the end no client finds its issuer byte for byte.
		return metadata{}, fmt.Errorf("http server: issuer %q ends in a slash, or has ':' or '*' in its path", issuer)
	}
	methods := []string{caller.SecretBasic, caller.SecretPost}
	d := description{
		Issuer: issuer,
		Token:  issuer + "/token", TokenAuth: methods,
		Introspection: issuer + "/introspect", IntrospectionAuth: methods,
		Revocation: issuer + "/revoke", RevocationAuth: methods,
		GrantTypes:       []string{oauth.GrantTypeRefreshToken},
		SessionsEndpoint: issuer + "/sessions", LogoutEndpoint: issuer + "/logout",
	}
	if feed {
		d.FeedEndpoint = issuer + "/revocations"
	}
	if hybrid {
		d.GrantTypes = append(d.GrantTypes, oauth.GrantTypeTokenExchange)
		d.KeySet, d.ForwardAuth = issuer+keySetPath, issuer+"/forward-auth"
	}
	return metadata{d, d.GrantTypes, address, u.Path}, nil
}

const keySetPath = "/.well-known/jwks.json"

// with is the document, with the algorithms that answers are signed with just now.
func (m metadata) with(algorithms []string) []byte {
	m.about.IntrospectionAlgs = algorithms
	document, _ := json.Marshal(m.about) // strings always can be
	return document
}

// paths are where the document is found: between host and path for both names (RFC 8414 §3.1 and §5), and for OpenID's name also behind
// the issuer, where that standard had it first.
func (m metadata) paths() []string {
	paths := []string{
		"/.well-known/" + oauth.WellKnownAuthorizationServer + m.path,
		"/.well-known/" + oauth.WellKnownOpenID + m.path,
	}
	if m.path != "" {
		paths = append(paths, m.path+"/.well-known/"+oauth.WellKnownOpenID)
	}
	return paths
}

// describe serves the document. It is the only answer that caches may keep: nothing in it is anybody's.
func (x *exchange) describe() error {
	h := x.w.Header()
	h["Cache-Control"] = []string{"public, max-age=300"} // a new endpoint is found within minutes
	delete(h, "Pragma")
	h["Content-Type"] = valueJSON
	x.w.WriteHeader(http.StatusOK)
	_, _ = x.w.Write(x.server.published(x.at).metadata)
	return nil
}
