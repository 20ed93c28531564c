package oauth_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/introspect/oauth"
)

func TestDescriptionsKeepToTheCharset(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"parameter token is missing", "parameter token is missing"},
		{`say "hi"`, "say 'hi'"},
		{`a\b`, "a?b"},
		{"a\r\nX: y\x00", "a??X: y?"},
		{"café\u2028", "caf??"},
		{"\xff\xfe", "??"},
		{" !#[]~", " !#[]~"},
		{strings.Repeat("x", 256), strings.Repeat("x", 256)},
		{strings.Repeat("x", 257), strings.Repeat("x", 253) + "..."},
		{strings.Repeat("é", 200), strings.Repeat("?", 200)},
	}
	for _, test := range tests {
		if got := oauth.Clean(test.in); got != test.want {
			t.Errorf("Clean(%q) = %q, want %q", test.in, got, test.want)
		}
		if got := oauth.Errorf(oauth.InvalidScope, "%s", test.in); got.Description != test.want || got.Code != oauth.InvalidScope {
			t.Errorf("Errorf(%q) = %+v, want %q", test.in, got, test.want)
		}
		// A literal has not been through Errorf: printing and marshalling clean it.
		literal := &oauth.Error{Code: oauth.InvalidRequest, Description: test.in}
		if got := literal.Error(); got != strings.TrimSuffix("invalid_request: "+test.want, ": ") {
			t.Errorf("Error() of %q = %q", test.in, got)
		}
		js, err := json.Marshal(literal)
		if err != nil {
			t.Fatal(err)
		}
		var body map[string]string
		if err := json.Unmarshal(js, &body); err != nil {
			t.Fatal(err)
		}
		description, given := body["error_description"]
		if body["error"] != "invalid_request" || description != test.want || given != (test.want != "") {
			t.Errorf("JSON of %q = %s", test.in, js)
		}
	}
}

func TestErrorBodyIsReadBack(t *testing.T) {
	const body = `{"error":"invalid_client","error_description":"who\nare you?","error_uri":"https://example.com/"}`
	var got oauth.Error
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Code != oauth.InvalidClient || got.Error() != "invalid_client: who?are you?" {
		t.Errorf("Unmarshal = %q", got.Error())
	}
}

func TestEveryCodeIsInTheCharset(t *testing.T) {
	for _, code := range []oauth.Code{
		oauth.InvalidRequest, oauth.InvalidClient, oauth.InvalidGrant, oauth.InvalidScope, oauth.UnauthorizedClient, oauth.UnsupportedGrantType,
		oauth.InvalidToken, oauth.InsufficientScope, oauth.UnsupportedTokenType, oauth.InvalidTarget, oauth.ServerError, oauth.TemporarilyUnavailable,
		oauth.SlowDown,
	} {
		if strings.Trim(string(code), "abcdefghijklmnopqrstuvwxyz_") != "" || code == "" {
			t.Errorf("code %q", code)
		}
	}
}
