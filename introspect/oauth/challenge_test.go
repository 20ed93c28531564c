package oauth_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/introspect/oauth"
)

func TestChallenge(t *testing.T) {
	tests := []struct {
		name      string
		challenge oauth.Challenge
		want      string
	}{
		{"no credential was sent", oauth.Challenge{Realm: "introspectd"}, `Bearer realm="introspectd"`},
		{"nothing set", oauth.Challenge{}, `Bearer realm=""`},
		{"Basic", oauth.Challenge{Scheme: oauth.SchemeBasic, Realm: "introspectd"}, `Basic realm="introspectd"`},
		{
			"everything",
			oauth.Challenge{
				Realm: "api", Error: oauth.InsufficientScope, Description: "needs more", Scope: "a b", ResourceMetadata: "https://api.example/.well-known/oauth-protected-resource",
			},
			`Bearer realm="api", error="insufficient_scope", error_description="needs more", scope="a b", resource_metadata="https://api.example/.well-known/oauth-protected-resource"`,
		},
		{"quotes in realm", oauth.Challenge{Realm: `a "b" \c`}, `Bearer realm="a \"b\" \\c"`},
		{
			"dirty text",
			oauth.Challenge{Realm: "a\r\nSet-Cookie: x", Error: "a\"b", Description: "say \"no\" \\ é\n", Scope: `a"b\c`},
			`Bearer realm="a??Set-Cookie: x", error="a'b", error_description="say 'no' ? ??", scope="a'b?c"`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.challenge.String(); got != test.want {
				t.Errorf("String() = %s\nwant       %s", got, test.want)
			}
		})
	}
}

var (
	wholeChallenge = regexp.MustCompile(`^Bearer [a-z_]+="([ !#-\[\]-~]|\\["\\])*"(, [a-z_]+="([ !#-\[\]-~]|\\["\\])*")*$`)
	quotedString   = regexp.MustCompile(`"([^"\\]|\\.)*"`)
)

func FuzzChallenge(f *testing.F) {
	f.Add("introspectd", "invalid_token", "token is not valid", "a b", "https://api.example/")
	f.Add(`"`, `\`, "\r\n", `", scope="x`, "\x00")
	f.Fuzz(func(t *testing.T, realm, code, description, scope, metadata string) {
		got := oauth.Challenge{Realm: realm, Error: oauth.Code(code), Description: description, Scope: scope, ResourceMetadata: metadata}.String()
		if !wholeChallenge.MatchString(got) {
			t.Fatalf("not a challenge: %s", got)
		}
		seen := map[string]bool{}
		for attribute := range strings.SplitSeq(strings.TrimPrefix(quotedString.ReplaceAllString(got, ""), "Bearer "), ", ") {
			if seen[attribute] {
				t.Errorf("%s is there twice: %s", attribute, got)
			}
			seen[attribute] = true
		}
		w := httptest.NewRecorder()
		w.Header().Set("WWW-Authenticate", got)
		w.WriteHeader(http.StatusUnauthorized)
		if sent := w.Result().Header.Get("WWW-Authenticate"); sent != got {
			t.Errorf("header arrives as %q", sent)
		}
	})
}
