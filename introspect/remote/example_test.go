package remote_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session"
)

// A service asks what the token of a request is worth.
func Example() {
	// Stands in for introspectd.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"active":true,"sub":"alice","aud":"orders","scope":"orders.read","iss":"https://id.example"}`)
	}))
	defer server.Close()

	client, err := remote.New(remote.Config{
		Endpoint: server.URL + "/introspect",
		ClientID: "orders",
		Secret:   oauth.NewSecret("its_of-the-client-orders"),
		Issuer:   "https://id.example",
		Audience: "orders",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	answer, err := client.Introspect(context.Background(), session.Present("ita_as-it-came-in-the-request"))
	switch {
	case errors.Is(err, remote.ErrRejected):
		fmt.Println("look at our own client id and secret:", err)
	case err != nil:
		fmt.Println("503: could not find out:", err)
	case !answer.Active:
		fmt.Println("401: not a token for us")
	default:
		fmt.Println("hello", answer.Subject, "who may", answer.Scope)
	}
	// Output: hello alice who may orders.read
}

// The endpoint need not be configured: the issuer says where it is.
func ExampleDiscover() {
	var issuer string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodGet {
			fmt.Fprintf(w, `{"issuer":%q,"introspection_endpoint":%q}`, issuer, issuer+"/introspect")
			return
		}
		_, _ = io.WriteString(w, `{"active":false}`)
	}))
	defer server.Close()
	issuer = server.URL

	client, err := remote.Discover(context.Background(), remote.Config{
		Issuer: issuer, ClientID: "orders", Secret: oauth.NewSecret("its_of-the-client-orders"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	answer, err := client.Introspect(context.Background(), session.Present("ita_long-over"))
	fmt.Println(answer.Active, err)
	// Output: false <nil>
}
