package partners_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client"
	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/client/rs"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"
)

// resourceServer is zitadel/oidc's client for APIs, set up with nothing but the issuer and credentials.
func resourceServer(t *testing.T, d *daemon, id, secret string) (rs.ResourceServer, *recorder) {
	t.Helper()
	hc, heard := d.recording()
	server, err := rs.NewResourceServerClientCredentials(t.Context(), d.issuer, id, secret, rs.WithClient(hc))
	if err != nil {
		t.Fatalf("discovery of %s: %v", d.issuer, err)
	}
	return server, heard
}

func TestZitadelFindsTheEndpointsByTheIssuer(t *testing.T) {
	d := start(t, &http.Client{})
	server, heard := resourceServer(t, d, "orders-api", d.secrets["orders-api"])
	heard.last(t).described(t, d.issuer)
	if got, want := server.IntrospectionURL(), d.issuer+"/introspect"; got != want {
		t.Errorf("introspection at %q, want %q", got, want)
	}
	if got, want := server.TokenEndpoint(), d.issuer+"/token"; got != want {
		t.Errorf("tokens at %q, want %q", got, want)
	}
	// It compares: one more slash is another issuer.
	_, err := rs.NewResourceServerClientCredentials(t.Context(), d.issuer+"/", "orders-api", d.secrets["orders-api"])
	if !errors.Is(err, oidc.ErrIssuerInvalid) {
		t.Errorf("with a slash at the end: %v, want %v", err, oidc.ErrIssuerInvalid)
	}
}

func TestZitadelReadsAnActiveTokenUntilTheLogout(t *testing.T) {
	d := start(t, &http.Client{})
	server, heard := resourceServer(t, d, "orders-api", d.secrets["orders-api"])
	session := d.open(t, "orders")
	for range 2 { // loaded, then remembered
		got, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), server, session.Access)
		if err != nil {
			t.Fatal(err)
		}
		heard.last(t).active(t, expected{d.issuer, []string{"orders"}, "orders:read orders:write"})
		isAlice(t, got, d.issuer, "orders")
		if want := []string{"orders:read", "orders:write"}; !slices.Equal(got.Scope, want) {
			t.Errorf("Scope = %q, want %q", got.Scope, want)
		}
		left := time.Until(got.Expiration.AsTime())
		if issued := time.Since(got.IssuedAt.AsTime()); left <= 0 || left > time.Duration(session.Expires)*time.Second || issued < 0 || issued > time.Minute {
			t.Errorf("issued %v ago, expires in %v", issued, left)
		}
	}
	d.end(t, session)
	got, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), server, session.Access)
	if err != nil || got.Active || got.Subject != "" {
		t.Errorf("after the logout: %+v, %v, want inactive", got, err)
	}
	heard.last(t).inactive(t)
}

func isAlice(t *testing.T, got *oidc.IntrospectionResponse, issuer string, audiences ...string) {
	t.Helper()
	if !got.Active || got.Subject != "alice" || got.Username != "alice" || got.ClientID != "web" || got.TokenType != oidc.BearerToken || got.Issuer != issuer || got.JWTID == "" {
		t.Errorf("zitadel/oidc read %+v", got)
	}
	if !slices.Equal(got.Audience, audiences) {
		t.Errorf("Audience = %q, want %q", got.Audience, audiences)
	}
}

func TestZitadelSeesOfATokenWhatIsForItsAPI(t *testing.T) {
	d := start(t, &http.Client{})
	orders, _ := resourceServer(t, d, "orders-api", d.secrets["orders-api"])
	billing, heard := resourceServer(t, d, "billing-api", d.secrets["billing-api"])
	both, one := d.open(t, "orders", "billing"), d.open(t, "orders")

	got, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), billing, both.Access)
	if err != nil {
		t.Fatal(err)
	}
	audiences := []string{"orders", "billing"} // all that it is for; the scopes are billing's alone
	heard.last(t).active(t, expected{d.issuer, audiences, "billing:read"})
	isAlice(t, got, d.issuer, audiences...)

	got, err = rs.Introspect[*oidc.IntrospectionResponse](t.Context(), billing, one.Access)
	if err != nil || got.Active {
		t.Errorf("another API's token: %+v, %v, want inactive", got, err)
	}
	heard.last(t).inactive(t)
	if got, err = rs.Introspect[*oidc.IntrospectionResponse](t.Context(), orders, one.Access); err != nil || !got.Active {
		t.Errorf("that API's own token: %+v, %v, want active", got, err)
	}
	for _, token := range []string{"junk", one.Access[:len(one.Access)-1] + "!", one.Refresh} {
		if got, err = rs.Introspect[*oidc.IntrospectionResponse](t.Context(), billing, token); err != nil || got.Active {
			t.Errorf("no token for an API: %+v, %v, want inactive", got, err)
		}
		heard.last(t).inactive(t)
	}
}

func TestZitadelTakesAWrongSecretForAnError(t *testing.T) {
	d := start(t, &http.Client{})
	session := d.open(t, "orders")
	for id, secret := range map[string]string{"orders-api": d.secrets["web"], "nobody": d.secrets["orders-api"]} {
		server, heard := resourceServer(t, d, id, secret)
		got, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), server, session.Access)
		if refusal, ok := errors.AsType[*oidc.Error](err); !ok || refusal.ErrorType != oidc.InvalidClient {
			t.Errorf("client %s: %+v, %v, want the error %s", id, got, err, oidc.InvalidClient)
		}
		heard.last(t).failed(t, http.StatusUnauthorized, "invalid_client")
	}
	// A client that may not ask is told so, and not that the token is dead.
	server, heard := resourceServer(t, d, "web", d.secrets["web"])
	if got, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), server, session.Access); err == nil {
		t.Errorf("client web: %+v, want an error", got)
	}
	heard.last(t).failed(t, http.StatusForbidden, "unauthorized_client")
}

// relyingParty is zitadel/oidc's client for login services.
func relyingParty(t *testing.T, d *daemon, style oauth2.AuthStyle, secret string) (rp.RelyingParty, *recorder) {
	t.Helper()
	hc, heard := d.recording()
	party, err := rp.NewRelyingPartyOIDC(t.Context(), d.issuer, "web", secret, d.issuer+"/callback", nil, rp.WithHTTPClient(hc), rp.WithAuthStyle(style))
	if err != nil {
		t.Fatalf("discovery of %s: %v", d.issuer, err)
	}
	return party, heard
}

// authStyles are the two that zitadel/oidc sends: with HTTP Basic it leaves client_id= empty in the form.
var authStyles = map[string]oauth2.AuthStyle{"basic": oauth2.AuthStyleInHeader, "post": oauth2.AuthStyleInParams}

func TestZitadelRevokes(t *testing.T) {
	d := start(t, &http.Client{})
	server, asked := resourceServer(t, d, "orders-api", d.secrets["orders-api"])
	dead := func(t *testing.T, token string) {
		t.Helper()
		if got, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), server, token); err != nil || got.Active {
			t.Errorf("a revoked token: %+v, %v, want inactive", got, err)
		}
		asked.last(t).inactive(t)
	}
	for name, style := range authStyles {
		t.Run(name, func(t *testing.T) {
			party, heard := relyingParty(t, d, style, d.secrets["web"])
			for _, hint := range []string{"", "access_token", "refresh_token"} {
				session := d.open(t, "orders")
				for range 2 { // what is dead already is revoked as well (RFC 7009 §2.2)
					if err := rp.RevokeToken(t.Context(), party, session.Access, hint); err != nil {
						t.Errorf("access token with the hint %q: %v", hint, err)
					}
					heard.last(t).plain(t, http.StatusOK)
				}
				dead(t, session.Access)

				refreshed, err := rp.RefreshTokens[*oidc.IDTokenClaims](t.Context(), party, session.Refresh, "", "")
				if err != nil {
					t.Fatalf("a refresh after its access token was revoked: %v", err)
				}
				heard.last(t).tokens(t)
				if err := rp.RevokeToken(t.Context(), party, refreshed.RefreshToken, hint); err != nil {
					t.Errorf("refresh token with the hint %q: %v", hint, err)
				}
				dead(t, refreshed.AccessToken) // RFC 7009 §2.1
				_, err = rp.RefreshTokens[*oidc.IDTokenClaims](t.Context(), party, refreshed.RefreshToken, "", "")
				if refusal, ok := errors.AsType[*oidc.Error](err); !ok || refusal.ErrorType != oidc.InvalidGrant {
					t.Errorf("refresh with a revoked token: %v, want %s", err, oidc.InvalidGrant)
				}
				heard.last(t).failed(t, http.StatusBadRequest, "invalid_grant")
			}
			if err := rp.RevokeToken(t.Context(), party, "junk", ""); err != nil {
				t.Errorf("what is no token: %v", err)
			}
		})
	}
}

func TestZitadelIsToldWhenARevocationDidNotHappen(t *testing.T) {
	d := start(t, &http.Client{})
	session := d.open(t, "orders")
	for name, style := range authStyles {
		party, heard := relyingParty(t, d, style, d.secrets["orders-api"])
		if err := rp.RevokeToken(t.Context(), party, session.Access, "access_token"); err == nil {
			t.Errorf("%s: revoked with a wrong secret", name)
		}
		heard.last(t).failed(t, http.StatusUnauthorized, "invalid_client")
	}
	server, heard := resourceServer(t, d, "orders-api", d.secrets["orders-api"])
	// Another client's token, through the library's bare call.
	auth, err := server.AuthFn()
	if err != nil {
		t.Fatal(err)
	}
	request := client.RevokeRequest{Token: session.Access, TokenTypeHint: "access_token"}
	if err := client.CallRevokeEndpoint(t.Context(), request, auth, revoker{server, d.issuer + "/revoke"}); err == nil {
		t.Error("an API revoked what was issued to web")
	}
	heard.last(t).failed(t, http.StatusBadRequest, "invalid_grant")
	if got, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), server, session.Access); err != nil || !got.Active {
		t.Errorf("after refused revocations: %+v, %v, want active", got, err)
	}
}

// revoker is a resource server that knows where to revoke; the library has that only for relying parties.
type revoker struct {
	rs.ResourceServer
	url string
}

func (r revoker) GetRevokeEndpoint() string { return r.url }
