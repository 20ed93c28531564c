package oauth_test

import (
	"testing"

	"github.com/introspectd/introspectd/introspect/oauth"
)

func TestValidScope(t *testing.T) {
	for _, scope := range []string{"a", "a b", "orders.read orders.write", "https://api.example/x", "!#$%&'()*+-./:;<=>?@[]^_`{|}~", "a[0] b"} {
		if err := oauth.ValidScope(scope); err != nil {
			t.Errorf("ValidScope(%q) = %v", scope, err)
		}
	}
	const (
		grammar = "scope must be printable ASCII without quote and backslash, values separated by single spaces"
		list    = "scope is not a comma-separated list nor a JSON array: use single spaces between values"
	)
	tests := []struct{ scope, description string }{
		{"", grammar},
		{" ", grammar},
		{" a", grammar},
		{"a ", grammar},
		{"a  b", grammar},
		{"a\tb", grammar},
		{"a\nb", grammar},
		{`a"b`, grammar},
		{`a\b`, grammar},
		{"a\x7f", grammar},
		{"é", grammar},
		{"\xff", grammar},
		{"a,b", list},
		{"a, b", list},
		{`["a","b"]`, list},
		{`["a"]`, list},
		{`[]`, list},
	}
	for _, test := range tests {
		checkRefusal(t, oauth.ValidScope(test.scope), oauth.InvalidScope, test.description)
	}
}
