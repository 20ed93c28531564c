package jwks_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
)

// A service finds its issuer's keys where they are published.
func ExampleSource() {
	published := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"one","alg":"EdDSA","use":"sig","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`)
	}))
	defer published.Close()

	source, err := jwks.NewSource(jwks.Config{URL: published.URL})
	if err != nil {
		log.Fatal(err)
	}
	for _, id := range []string{"one", "two"} {
		key, ok, err := source.Find(context.Background(), id, time.Now())
		fmt.Println(key.Algorithm, ok, err)
	}
	// Output:
	// EdDSA true <nil>
	//  false <nil>
}

// A signed text in compact form, with the only key that may have signed it.
func ExampleParseJWS() {
	key, err := jwks.ParseKey([]byte(`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`))
	if err != nil {
		log.Fatal(err)
	}
	text, err := jwks.ParseJWS("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(text.SignedBy(&key), string(text.Payload))
	// Output: true Example of Ed25519 signing
}
