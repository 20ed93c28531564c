package oauth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/introspect/oauth"
)

func TestBearerToken(t *testing.T) {
	tests := []struct {
		name   string
		values []string
		token  string // "" means not found
	}{
		{"plain", []string{"Bearer ita_abc"}, "ita_abc"},
		{"scheme in lower case", []string{"bearer abc"}, "abc"},
		{"scheme in upper case", []string{"BEARER abc"}, "abc"},
		{"several spaces", []string{"Bearer   abc"}, "abc"},
		{"whole alphabet", []string{"Bearer AZaz09-._~+/=="}, "AZaz09-._~+/=="},
		{"JWT", []string{"Bearer e30.e30.c2ln"}, "e30.e30.c2ln"},
		{"no header", nil, ""},
		{"empty header", []string{""}, ""},
		{"another scheme", []string{"Basic YTpi"}, ""},
		{"a scheme that begins alike", []string{"BearerX abc"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			token, found, err := oauth.BearerToken(http.Header{"Authorization": test.values})
			if err != nil || token != test.token || found != (test.token != "") {
				t.Errorf("BearerToken(%q) = %q, %v, %v, want %q", test.values, token, found, err, test.token)
			}
		})
	}
}

func TestMalformedBearerIsAnInvalidRequest(t *testing.T) {
	const malformed = "Bearer credentials malformed: send one token and nothing after it"
	tests := []struct {
		name        string
		values      []string
		description string
	}{
		{"no token", []string{"Bearer"}, malformed},
		{"only spaces", []string{"Bearer  "}, malformed},
		{"two tokens", []string{"Bearer a b"}, malformed},
		{"two values in one header", []string{"Bearer a, Bearer b"}, malformed},
		{"space behind", []string{"Bearer a "}, malformed},
		{"tab in place of the space", []string{"Bearer\tabc"}, malformed},
		{"quoted", []string{`Bearer "abc"`}, malformed},
		{"only padding", []string{"Bearer =="}, malformed},
		{"padding inside", []string{"Bearer a=b"}, malformed},
		{"line break", []string{"Bearer a\nb"}, malformed},
		{"NUL", []string{"Bearer a\x00"}, malformed},
		{"not ASCII", []string{"Bearer é"}, malformed},
		{"two headers", []string{"Bearer a", "Bearer a"}, "more than one Authorization header"},
		{"two schemes", []string{"Bearer a", "Basic YTpi"}, "more than one Authorization header"},
		{"an empty one behind", []string{"Bearer a", ""}, "more than one Authorization header"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			token, found, err := oauth.BearerToken(http.Header{"Authorization": test.values})
			checkRefusal(t, err, oauth.InvalidRequest, test.description)
			if token != "" || found {
				t.Errorf("BearerToken(%q) = %q, %v", test.values, token, found)
			}
		})
	}
}

func FuzzBearerToken(f *testing.F) {
	for _, seed := range []string{"", "Bearer abc", "bearer  a+/=", "Bearer a b", "Bearer =", "Basic YTpi", "Bearer\tabc", "Bearer \xff", "BEARER    abc", "Bearer a=b", "Bearer a, Bearer b", "Bearer", `Bearer a"b`} {
		f.Add(seed)
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"
	f.Fuzz(func(t *testing.T, value string) {
		token, found, err := oauth.BearerToken(http.Header{"Authorization": {value}})
		if err != nil {
			checkCharset(t, err)
		}
		if found != (token != "") || found && err != nil {
			t.Errorf("BearerToken(%q) = %q, %v, %v", value, token, found, err)
		}
		if body := strings.TrimRight(token, "="); found && (body == "" || strings.Trim(body, alphabet) != "") {
			t.Errorf("BearerToken(%q) = %q", value, token)
		}
		if scheme, rest, _ := strings.Cut(value, " "); found && (!strings.EqualFold(scheme, "Bearer") || strings.TrimLeft(rest, " ") != token) {
			t.Errorf("BearerToken(%q) = %q, which is not what was sent", value, token)
		}
	})
}
