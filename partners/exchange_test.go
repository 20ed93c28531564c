package partners_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/pkg/client/tokenexchange"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// exchanger is zitadel/oidc's client for token exchange, as a gateway.
func exchanger(t *testing.T, d *daemon) (tokenexchange.TokenExchanger, *recorder) {
	t.Helper()
	hc, heard := d.recording()
	x, err := tokenexchange.NewTokenExchangerClientCredentials(t.Context(), d.issuer, "gateway", d.secrets["gateway"], tokenexchange.WithHTTPClient(hc))
	if err != nil {
		t.Fatalf("discovery of %s: %v", d.issuer, err)
	}
	return x, heard
}

// internal exchanges an opaque token for an internal JWT for one API.
func internal(ctx context.Context, x tokenexchange.TokenExchanger, token, audience string, scope ...string) (*oidc.TokenExchangeResponse, error) {
	return tokenexchange.ExchangeToken(ctx, x, token, oidc.AccessTokenType, "", "", nil, []string{audience}, scope, oidc.AccessTokenType)
}

// exchanged is the JWT for orders.
func exchanged(t *testing.T, x tokenexchange.TokenExchanger, token string) string {
	t.Helper()
	got, err := internal(t.Context(), x, token, "orders")
	if err != nil {
		t.Fatalf("token exchange: %v", err)
	}
	return got.AccessToken
}

func TestZitadelExchangesATokenForAnInternalJWT(t *testing.T) {
	d := start(t, &http.Client{})
	x, heard := exchanger(t, d)
	session := d.open(t, "orders", "billing")
	for scope, asked := range map[string][]string{"orders:read orders:write": nil, "orders:read": {"orders:read"}} {
		got, err := internal(t.Context(), x, session.Access, "orders", asked...)
		if err != nil {
			t.Fatalf("scope %q: %v", asked, err)
		}
		heard.last(t).plain(t, http.StatusOK)
		if said := heard.last(t).object(t)["scope"]; said != scope || strings.Join(got.Scopes, " ") != scope {
			t.Errorf("scope %q: got %v, read as %q", asked, said, got.Scopes)
		}
		if got.TokenType != oidc.BearerToken || got.IssuedTokenType != oidc.AccessTokenType || got.ExpiresIn == 0 || got.ExpiresIn > 60 || got.RefreshToken != "" {
			t.Errorf("zitadel/oidc read %+v", got)
		}
		if kid, alg, typ := header(t, got.AccessToken); kid != d.published(t)[0] || alg != "EdDSA" || typ != "at+jwt" {
			t.Errorf("header with kid %q, alg %q, typ %q", kid, alg, typ)
		}
	}
}

func TestZitadelIsToldWhenAnExchangeIsRefused(t *testing.T) {
	d := start(t, &http.Client{})
	x, heard := exchanger(t, d)
	session := d.open(t, "orders")
	for name, c := range map[string]struct {
		token, audience string
		scope           []string
		code            string
	}{
		"no token":         {"junk", "orders", nil, "invalid_request"},
		"refresh token":    {session.Refresh, "orders", nil, "invalid_request"},
		"another API":      {session.Access, "billing", nil, "invalid_target"},
		"more scope":       {session.Access, "orders", []string{"billing:read"}, "invalid_scope"},
		"an unknown scope": {session.Access, "orders", []string{"orders:read", "nonsense"}, "invalid_scope"},
	} {
		if got, err := internal(t.Context(), x, c.token, c.audience, c.scope...); err == nil {
			t.Errorf("%s: %+v, want an error", name, got)
		}
		heard.last(t).failed(t, http.StatusBadRequest, c.code)
	}
	exchanged(t, x, session.Access)
	d.end(t, session)
	if got, err := internal(t.Context(), x, session.Access, "orders"); err == nil {
		t.Errorf("after the logout: %+v, want an error", got)
	}
	heard.last(t).failed(t, http.StatusBadRequest, "invalid_request")
}

// signedAnswer is what introspection says of a token as a JWT (RFC 9701): signed with the same keys, and nothing to let anybody in.
func (d *daemon) signedAnswer(t *testing.T, token string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", d.issuer+"/introspect", strings.NewReader("token="+token))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/token-introspection+jwt")
	r.SetBasicAuth("orders-api", d.secrets["orders-api"])
	answer, err := d.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if _, _, typ := header(t, string(body)); err != nil || typ != "token-introspection+jwt" {
		t.Fatalf("a signed answer: %s, typ %q, %v", answer.Status, typ, err)
	}
	return string(body)
}
