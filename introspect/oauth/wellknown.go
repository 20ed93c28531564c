package oauth

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Names below /.well-known/ for [MetadataURL].
const (
	WellKnownAuthorizationServer = "oauth-authorization-server" // RFC 8414 §3
	WellKnownProtectedResource   = "oauth-protected-resource"   // RFC 9728 §3
	WellKnownOpenID              = "openid-configuration"       // RFC 8414 §5
)

// MetadataURL is where the metadata of an issuer is found: /.well-known/ and the name go between host and path, after one
// ending slash of the issuer has been dropped (RFC 8414 §3.1).
//
// It refuses an issuer that RFC 8414 §2 refuses (query, fragment) or that would not be one place (user info, dot segments).
// http is let through: whether plain text is good enough is for the caller to decide, who knows what is loopback.
func MetadataURL(issuer, name string) (string, error) {
	u, err := url.Parse(issuer)
	if err != nil {
		return "", errors.New("issuer is not a URL") // the parser's own text would repeat a password in it
	}
	switch {
	case u.User != nil:
		return "", errors.New("issuer has user information in it")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("issuer %q is neither https nor http", issuer)
	case u.Hostname() == "" || u.Opaque != "":
		return "", fmt.Errorf("issuer %q has no host", issuer)
	case strings.ContainsAny(issuer, "?#"):
		return "", fmt.Errorf("issuer %q has a query or a fragment", issuer)
	case strings.Contains(u.Path+"/", "/./") || strings.Contains(u.Path+"/", "/../"):
		return "", fmt.Errorf("issuer %q has dot segments", issuer)
	case name == "" || url.PathEscape(name) != name:
		return "", fmt.Errorf("well-known name %q is not one path segment", name)
	}
	return u.Scheme + "://" + u.Host + "/.well-known/" + name + strings.TrimSuffix(u.EscapedPath(), "/"), nil
}
