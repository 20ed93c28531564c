package oauth_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/introspectd/introspectd/introspect/oauth"
)

func ExampleReadForm() {
	r := httptest.NewRequest(http.MethodPost, "/introspect", strings.NewReader("token=ita_abc&token_type_hint=&foo=bar"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
	form, err := oauth.ReadForm(httptest.NewRecorder(), r, 16<<10, oauth.ParamResource, oauth.ParamAudience)
	fmt.Println(form, err)
	fmt.Println(form.Value(oauth.ParamToken), form.Has(oauth.ParamTokenTypeHint))
	// Output:
	// form of 2 parameters, redacted <nil>
	// ita_abc false
}

func ExampleParseForm() {
	_, err := oauth.ParseForm("token=abc&token=def")
	fmt.Println(err)
	// Output: invalid_request: parameter token was sent more than once
}

func ExampleParseBasic() {
	basic, found, err := oauth.ParseBasic("Basic c2hvcDphK2I=") // shop:a+b
	fmt.Println(found, err)
	for c := range basic.Readings() {
		fmt.Printf("%s %s %q\n", c.ID, c.Secret, c.Secret.Reveal())
	}
	// Output:
	// true <nil>
	// shop redacted "a b"
	// shop redacted "a+b"
}

func ExampleEncodeBasic() {
	r := httptest.NewRequest(http.MethodPost, "/introspect", nil)
	r.Header.Set("Authorization", oauth.EncodeBasic("shop", oauth.NewSecret("50% off: now")))
	basic, _, _ := oauth.BasicCredentials(r.Header)
	fmt.Println(basic.Decoded.ID, basic.Decoded.Secret.Reveal())
	// Output: shop 50% off: now
}

func ExampleBearerToken() {
	for _, value := range []string{"bearer ita_abc", "Basic YTpi", "Bearer a b"} {
		fmt.Println(oauth.BearerToken(http.Header{"Authorization": {value}}))
	}
	// Output:
	// ita_abc true <nil>
	//  false <nil>
	//  false invalid_request: Bearer credentials malformed: send one token and nothing after it
}

func ExampleError() {
	body, _ := json.Marshal(oauth.Errorf(oauth.InvalidRequest, "parameter is named %s", oauth.ParamToken))
	fmt.Println(string(body))
	// Output: {"error":"invalid_request","error_description":"parameter is named token"}
}

func ExampleChallenge() {
	fmt.Println(oauth.Challenge{Realm: "orders", Error: oauth.InsufficientScope, Scope: "orders.write"})
	// Output: Bearer realm="orders", error="insufficient_scope", scope="orders.write"
}

func ExampleValidScope() {
	fmt.Println(oauth.ValidScope("read write"))
	fmt.Println(oauth.ValidScope("read,write"))
	// Output:
	// <nil>
	// invalid_scope: scope is not a comma-separated list nor a JSON array: use single spaces between values
}

func ExampleMetadataURL() {
	fmt.Println(oauth.MetadataURL("https://example.com/tenant1", oauth.WellKnownAuthorizationServer))
	// Output: https://example.com/.well-known/oauth-authorization-server/tenant1 <nil>
}
