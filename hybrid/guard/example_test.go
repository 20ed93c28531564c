package guard_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
)

// A service puts a guard in front of its handlers. Settings come from its configuration; the issuer says where its keys are.
func Example() {
	issuer := guardtest.New(inExample{}) // stands in for introspectd
	cfg, secret, mux := struct{ Mode, Issuer string }{"jwt", issuer.URL}, issuer.Secret(), http.NewServeMux()

	protect := func(ctx context.Context) error {
		g, err := guard.Discover(ctx, guard.Settings{Mode: cfg.Mode, Issuer: cfg.Issuer, Audience: "orders", ClientID: "orders-api", Secret: secret})
		if err != nil {
			return err // wrong settings, or the issuer is away
		}
		mux.Handle("GET /orders", g.Require("orders.read")(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			who, _ := guard.FromContext(r.Context())
			fmt.Fprintf(w, "orders of %s", who.Subject)
		})))
		return nil
	}
	if err := protect(context.Background()); err != nil {
		fmt.Println(err)
		return
	}

	for _, token := range []string{
		issuer.JWT(guardtest.Grant{Subject: "alice", Audience: "orders", Scope: "orders.read"}),
		issuer.JWT(guardtest.Grant{Subject: "alice", Audience: "orders", Scope: "orders.write"}),
		issuer.JWT(guardtest.Grant{Subject: "alice", Audience: "billing", Scope: "orders.read"}),
	} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, guardtest.Authorize(httptest.NewRequest(http.MethodGet, "/orders", http.NoBody), token))
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 orders of alice
	// 403 {"error":"insufficient_scope","error_description":"the access token does not have the scopes that are wanted here"}
	// 401 {"error":"invalid_token","error_description":"the access token is unknown, expired or revoked, or is for another API"}
}

// inExample is the test that an example has not got.
type inExample struct{ testing.TB }

func (inExample) Helper()           {}
func (inExample) Cleanup(func())    {}
func (inExample) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// The metadata tell clients of the API which issuer it believes, and which scopes it has.
func ExampleGuard_Metadata() {
	g, err := guard.New(guard.Config{
		Mode: guard.Introspect, Issuer: "https://id.example", Audience: "orders", Introspector: &saying{},
		Resource: "https://orders.example/v1", Scopes: []string{"orders.read", "orders.write"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	g.Metadata().ServeHTTP(w, httptest.NewRequest(http.MethodGet, g.MetadataPath(), http.NoBody))
	body, _ := io.ReadAll(w.Body)
	fmt.Printf("%s\n%s\n", g.MetadataPath(), body)
	// Output:
	// /.well-known/oauth-protected-resource/v1
	// {"resource":"https://orders.example/v1","authorization_servers":["https://id.example"],"scopes_supported":["orders.read","orders.write"],"bearer_methods_supported":["header"]}
}
