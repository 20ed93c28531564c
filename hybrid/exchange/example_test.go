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

	issuer, secret, handle := server.URL, oauth.NewSecret("its_of-the-client-gateway"), session.Present("ita_as-it-came-in-the-request")
	pass := func(ctx context.Context) error {
		x, err := exchange.New(exchange.Config{TokenEndpoint: issuer + "/token", ClientID: "gateway", Secret: secret}) // once, for the whole process
		if err != nil {
			return err
		}
		defer x.Close()
		token, _, err := x.Token(ctx, handle, "stock", "stock.read") // for each request
		if err != nil {
			return err
		}
		fmt.Println("Authorization: Bearer", token.Reveal())
		return nil
	}
	err := pass(context.Background())
	if no, ok := errors.AsType[*oauth.Error](err); ok {
		fmt.Println("401:", no.Code)
		return
	}
	if err != nil {
		fmt.Println("503:", err)
	}
	// Output: Authorization: Bearer eyJ.eyJ.c2ln
}
