package remote_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session"
)

// issuing serves metadata, in which ISSUER stands for the server's URL, and an endpoint whose answers have that issuer.
func issuing(t *testing.T, metadata string) string {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	say := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", oauth.MediaJSON)
			_, _ = io.WriteString(w, strings.ReplaceAll(text, "ISSUER", server.URL))
		}
	}
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", say(metadata))
	mux.HandleFunc("GET /.well-known/oauth-authorization-server/tenant", say(`{"issuer":"ISSUER/tenant","introspection_endpoint":"ISSUER/ask"}`))
	mux.HandleFunc("POST /ask", say(`{"active":true,"iss":"ISSUER"}`))
	return server.URL
}

func TestDiscoverFindsTheEndpointAndBelievesThatIssuerAlone(t *testing.T) {
	issuer := issuing(t, `{"issuer":"ISSUER","introspection_endpoint":"ISSUER/ask","introspection_endpoint_auth_methods_supported":["client_secret_basic"]}`)
	c, err := remote.Discover(t.Context(), remote.Config{Issuer: issuer, ClientID: "orders", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if a, err := c.Introspect(t.Context(), session.NewHandle(session.Access)); err != nil || a.Issuer != issuer {
		t.Errorf("Introspect = %+v, %v", a, err)
	}
	other, err := remote.Discover(t.Context(), remote.Config{Issuer: issuer + "/tenant", ClientID: "orders", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if a, err := other.Introspect(t.Context(), session.NewHandle(session.Access)); err == nil {
		t.Errorf("Introspect = %+v: an answer of another issuer is believed", a)
	}
}

func TestDiscoverRefuses(t *testing.T) {
	for _, metadata := range []string{
		``, `{}`, `[]`, `null`, `{"issuer":"ISSUER"}`, `{"introspection_endpoint":"ISSUER/ask"}`,
		`{"issuer":"ISSUER/","introspection_endpoint":"ISSUER/ask"}`,
		`{"issuer":"https://evil.example","introspection_endpoint":"ISSUER/ask"}`,
		`{"Issuer":"ISSUER","introspection_endpoint":"ISSUER/ask"}`,
		`{"issuer":["ISSUER"],"introspection_endpoint":"ISSUER/ask"}`,
		`{"issuer":"ISSUER","introspection_endpoint":""}`,
		`{"issuer":"ISSUER","introspection_endpoint":"/ask"}`,
		`{"issuer":"ISSUER","introspection_endpoint":"http://id.example/ask"}`,
		`{"issuer":"ISSUER","introspection_endpoint":"ISSUER/ask","introspection_endpoint_auth_methods_supported":["private_key_jwt"]}`,
		`{"issuer":"ISSUER","introspection_endpoint":"ISSUER/ask"}` + strings.Repeat(" ", 64<<10),
	} {
		issuer := issuing(t, metadata)
		if _, err := remote.Discover(t.Context(), remote.Config{Issuer: issuer, ClientID: "orders", Secret: secret}); err == nil {
			t.Errorf("Discover believes %s", metadata)
		}
	}
	for _, c := range []remote.Config{
		{ClientID: "orders", Secret: secret},
		{Issuer: "http://id.example", ClientID: "orders", Secret: secret},
		{Issuer: "https://id.example", Endpoint: "https://id.example/ask", ClientID: "orders", Secret: secret},
	} {
		if _, err := remote.Discover(t.Context(), c); err == nil || errors.Is(err, session.ErrUnavailable) {
			t.Errorf("Discover with issuer %q and endpoint %q = %v, want a refusal", c.Issuer, c.Endpoint, err)
		}
	}
}

func TestDiscoverOfAServerThatIsAwayIsAnOutage(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	if _, err := remote.Discover(t.Context(), remote.Config{Issuer: server.URL, ClientID: "orders", Secret: secret}); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Discover = %v, want ErrUnavailable", err)
	}
}
