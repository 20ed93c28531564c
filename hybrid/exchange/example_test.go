package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/introspectd/introspectd/hybrid/exchange"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// A gateway turns the handle of a request into an internal token before it passes the request on.
func Example() {
	// Stands in for introspectd.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"eyJ.eyJ.c2ln","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":60}`)
	}))
	defer server.Close()

	client, err := exchange.New(exchange.Config{
		TokenEndpoint: server.URL + "/token", ClientID: "gateway", Secret: oauth.NewSecret("its_of-the-client-gateway"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	token, _, err := client.Token(context.Background(), session.Present("ita_as-it-came-in-the-request"), "orders", "")
	if no, ok := errors.AsType[*oauth.Error](err); ok {
		fmt.Println("401:", no.Code)
		return
	}
	if err != nil {
		fmt.Println("503:", err)
		return
	}
	fmt.Println("Authorization: Bearer", token.Reveal())
	// Output: Authorization: Bearer eyJ.eyJ.c2ln
}
