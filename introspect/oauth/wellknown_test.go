package oauth_test

import (
	"strings"
	"testing"

	"github.com/introspectd/introspectd/introspect/oauth"
)

func TestMetadataIsBetweenHostAndPath(t *testing.T) {
	tests := []struct{ issuer, name, want string }{
		{"https://example.com", oauth.WellKnownAuthorizationServer, "https://example.com/.well-known/oauth-authorization-server"},
		{"https://example.com/", oauth.WellKnownAuthorizationServer, "https://example.com/.well-known/oauth-authorization-server"},
		{"https://example.com/issuer1", oauth.WellKnownAuthorizationServer, "https://example.com/.well-known/oauth-authorization-server/issuer1"},
		{"https://example.com/a/b/", oauth.WellKnownOpenID, "https://example.com/.well-known/openid-configuration/a/b"},
		{"https://example.com/a%2Fb", oauth.WellKnownProtectedResource, "https://example.com/.well-known/oauth-protected-resource/a%2Fb"},
		{"http://[::1]:8080", oauth.WellKnownAuthorizationServer, "http://[::1]:8080/.well-known/oauth-authorization-server"},
	}
	for _, test := range tests {
		if got, err := oauth.MetadataURL(test.issuer, test.name); err != nil || got != test.want {
			t.Errorf("MetadataURL(%q, %q) = %q, %v, want %q", test.issuer, test.name, got, err, test.want)
		}
	}
}

func TestMetadataRefusesWhatIsNoIssuer(t *testing.T) {
	for _, issuer := range []string{
		"", "example.com", "/path", "https://", "https:opaque", "https://:443", "ftp://example.com", "https://example.com?", "https://example.com?a=b",
		"https://example.com#", "https://example.com/#f", "https://example.com/a/../b", "https://example.com/..", "https://example.com/%2e%2e/x", "https://exa mple.com",
	} {
		if got, err := oauth.MetadataURL(issuer, oauth.WellKnownAuthorizationServer); err == nil {
			t.Errorf("MetadataURL(%q) = %q, want an error", issuer, got)
		}
	}
	for _, name := range []string{"", "a/b", "../x", "a?b"} {
		if got, err := oauth.MetadataURL("https://example.com", name); err == nil {
			t.Errorf("MetadataURL(name %q) = %q, want an error", name, got)
		}
	}
}

func TestMetadataErrorsDoNotRepeatPasswords(t *testing.T) {
	for _, issuer := range []string{"https://user:hunter2@example.com", "https://user:hunter2@exa mple.com", "ftp://user:hunter2@example.com"} {
		_, err := oauth.MetadataURL(issuer, oauth.WellKnownAuthorizationServer)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("MetadataURL(%q): %v", issuer, err)
		}
	}
}
