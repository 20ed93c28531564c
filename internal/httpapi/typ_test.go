package httpapi_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

// underTyp is a token with members in its header beside alg and kid, signed with the daemon's own key.
func (d *daemon) underTyp(members string, claims map[string]any) string {
	d.t.Helper()
	kid := d.ring.Signing(time.Now())
	exported, ok, err := d.ring.Export(kid)
	if !ok || err != nil {
		d.t.Fatal(ok, err)
	}
	block, _ := pem.Decode(exported.Reveal())
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		d.t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		d.t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"alg":"EdDSA",%s"kid":%q}`, members, kid)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	return text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(key.(ed25519.PrivateKey), []byte(text)))
}

// claimsOf are those of a token, as they stand.
func claimsOf(t *testing.T, token string) (claims map[string]any) {
	t.Helper()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	if err := decoder.Decode(&claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// What the daemon's own key has signed for another purpose is an access token nowhere, however much its claims look like one's (RFC 9068 §4,
// RFC 8725 §3.11).
func TestOnlyAccessTokensAreTaken(t *testing.T) {
	synctest.Test(t, onlyAccessTokensAreTaken) // so that none of them ends meanwhile
}

func onlyAccessTokensAreTaken(t *testing.T) {
	types := map[string]bool{"": false, `"typ":null,`: false, `"typ":["at+jwt"],`: false}
	for typ, good := range map[string]bool{
		"at+jwt": true, "AT+JWT": true, "at+JWT": true, "At+Jwt": true, "application/at+jwt": true, "Application/AT+JWT": true,
		"": false, "JWT": false, "jwt": false, "application/jwt": false, "application/": false, "text/at+jwt": false, "at+jwt ": false, " at+jwt": false,
		"application/application/at+jwt": false, "at+jwt; charset=utf-8": false, "at+jwt+x": false, "at": false,
		"logout+jwt": false, "token-introspection+jwt": false, "application/token-introspection+jwt": false, "oauth-authz-req+jwt": false, "dpop+jwt": false,
		"secevent+jwt": false, "client-authentication+jwt": false, "id_token+jwt": false, "statuslist+jwt": false,
	} {
		types[fmt.Sprintf(`"typ":%q,`, typ)] = good
	}
	d := newDaemon(t)
	req := httptest.NewRequest(http.MethodPost, "/sessions", strings.NewReader(`{"subject":"alice","audience":["orders","billing"],"scope":"orders:read billing:read"}`))
	req.Header.Set("Content-Type", "application/json")
	handle := decode(t, d.do(req, "web"))["access_token"].(string)
	claims := claimsOf(t, d.jwt(handle))
	verifier, err := hybrid.NewVerifier(hybrid.Config{
		Issuer: "https://id.example", Audience: "orders", Algorithms: []jwks.Algorithm{jwks.EdDSA}, Keys: d.ring,
	})
	if err != nil {
		t.Fatal(err)
	}
	service, err := guard.New(guard.Config{
		Mode: guard.JWT, Issuer: "https://id.example", Audience: "orders", Algorithms: []jwks.Algorithm{jwks.EdDSA}, Keys: d.ring,
	})
	if err != nil {
		t.Fatal(err)
	}
	door := service.Require("orders:read")(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	holding := func(method, path, token string) *http.Request {
		req := httptest.NewRequest(method, path, nil)
		req.Header.Set("Authorization", "Bearer "+token)
		return req
	}
	const unknown, noToken = `{"active":false}`, `error="invalid_token"`
	for typ, good := range types {
		claims["jti"] = session.NewID().String()
		token, twin := d.underTyp(typ, claims), d.underTyp(`"typ":"at+jwt",`, claims)
		post := func(req *http.Request, client string) func() *httptest.ResponseRecorder {
			return func() *httptest.ResponseRecorder { return d.do(req, client) }
		}
		for _, place := range []struct {
			name string
			ask  func() *httptest.ResponseRecorder
			// The status, and what is in the challenge or the body.
			yes      int
			yesWords string
			no       int
			noWords  string
		}{
			{"verifier", func() *httptest.ResponseRecorder {
				w := httptest.NewRecorder()
				verdict, err := verifier.Verify(t.Context(), token, time.Now())
				fmt.Fprint(w, verdict.Good, " ", err)
				return w
			}, 200, "true <nil>", 200, "false <nil>"},
			{"guard", func() *httptest.ResponseRecorder {
				w := httptest.NewRecorder()
				door.ServeHTTP(w, holding(http.MethodGet, "/", token))
				return w
			}, 200, "", 401, noToken},
			{"introspection", post(form("/introspect", "token", token), "orders-api"), 200, `"active":true`, 200, unknown},
			{"introspection, with a hint", post(form("/introspect", "token", token, "token_type_hint", "access_token"), "orders-api"), 200, `"active":true`, 200, unknown},
			{"exchange", post(swap(token, "billing"), "orders-api"), 200, `"access_token"`, 400, `"invalid_request"`},
			{"exchange, as a JWT", post(form("/token", "grant_type", exchanging, "subject_token", token, "subject_token_type", "urn:ietf:params:oauth:token-type:jwt",
				"audience", "billing"), "orders-api"), 200, `"access_token"`, 400, `"invalid_request"`},
			{"forward-auth, which takes handles", post(forward("audience=orders", token), ""), 401, noToken, 401, noToken},
			{"logout, which takes handles", post(holding(http.MethodPost, "/logout", token), ""), 401, noToken, 401, noToken},
			{"revocation by somebody else", post(form("/revoke", "token", token), "shop"), 400, `"invalid_grant"`, 200, "{}"},
		} {
			status, words := place.no, place.noWords
			if good {
				status, words = place.yes, place.yesWords
			}
			w := place.ask()
			if said := w.Header().Get("WWW-Authenticate") + w.Body.String(); w.Code != status || !strings.Contains(said, words) {
				t.Errorf("%s at %s: %d %s, want %d with %s", typ, place.name, w.Code, said, status, words)
			}
			if place.no == 200 && !good && w.Body.String() != place.noWords || w.Header().Get("Revocation-Seq") != "" {
				t.Errorf("%s at %s: %v %s", typ, place.name, w.Header(), w.Body)
			}
			if !d.active(twin) {
				t.Fatalf("%s at %s has taken back the access token that it looks like", typ, place.name)
			}
		}
		for _, client := range []string{"gateway", "root"} { // to whom it was issued, and who may take back anything
			w := d.do(form("/revoke", "token", token), client)
			if w.Code != http.StatusOK || (w.Header().Get("Revocation-Seq") != "") != good || d.active(twin) == good {
				t.Errorf("%s at revocation by %s: %d %v; the access token that it looks like is active: %v", typ, client, w.Code, w.Header(), d.active(twin))
			}
		}
		if !d.active(handle) {
			t.Fatalf("%s has taken back the handle", typ)
		}
	}
}
