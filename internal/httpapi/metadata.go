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
	document []byte
	url      string // its first address
	path     string // the issuer's path; "" for most
}

// description is the document. There is no authorization endpoint, so there are no response types to list, and RFC 8414 §3.2 forbids an empty
// list: the member is left out. Members without an RFC are our own endpoints.
type description struct {
	Issuer            string   `json:"issuer"`
	Token             string   `json:"token_endpoint"`
	TokenAuth         []string `json:"token_endpoint_auth_methods_supported"`
	Introspection     string   `json:"introspection_endpoint"`
	IntrospectionAuth []string `json:"introspection_endpoint_auth_methods_supported"`
	Revocation        string   `json:"revocation_endpoint"`
	RevocationAuth    []string `json:"revocation_endpoint_auth_methods_supported"`
	GrantTypes        []string `json:"grant_types_supported"`
	SessionsEndpoint  string   `json:"sessions_endpoint"`
	LogoutEndpoint    string   `json:"logout_endpoint"`
}

func newMetadata(issuer string) (metadata, error) {
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
	document, err := json.Marshal(description{
		Issuer: issuer,
		Token:  issuer + "/token", TokenAuth: methods,
		Introspection: issuer + "/introspect", IntrospectionAuth: methods,
		Revocation: issuer + "/revoke", RevocationAuth: methods,
		GrantTypes:       grantTypes,
		SessionsEndpoint: issuer + "/sessions", LogoutEndpoint: issuer + "/logout",
	})
	return metadata{document, address, u.Path}, err
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
	_, _ = x.w.Write(x.server.metadata.document)
	return nil
}
