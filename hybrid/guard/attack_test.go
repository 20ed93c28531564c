package guard_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

// attacker has the issuer sign whatever he likes, and changes what it signed.
type attacker struct {
	*guardtest.Issuer
	t testing.TB
}

var b64 = base64.RawURLEncoding

func (a attacker) header() string {
	return fmt.Sprintf(`{"alg":"EdDSA","typ":"at+jwt","kid":%q}`, a.KeyID())
}

func (a attacker) claims(changes map[string]any) string {
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": a.URL, "sub": "alice", "aud": "orders", "exp": now + 60, "iat": now, "nbf": now, "jti": session.NewID().String(), "client_id": "web",
		"scope": "orders.read", "sid": session.NewID().String(), "tid": session.NewID().String(), "log": "log-1", "asof": 7,
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(claims)
	if err != nil {
		a.t.Fatal(err)
	}
	return string(text)
}

func (a attacker) saying(changes map[string]any) string {
	return a.Forge(a.header(), a.claims(changes))
}

func (a attacker) under(header string) string {
	return a.Forge(strings.ReplaceAll(header, "KID", a.KeyID()), a.claims(nil))
}

// plus puts members behind those of the claims, as they stand.
func (a attacker) plus(members string) string {
	return a.Forge(a.header(), strings.TrimSuffix(a.claims(nil), "}")+","+members+"}")
}

func (a attacker) parts() (header, payload, signature string) {
	parts := strings.Split(a.saying(nil), ".")
	return parts[0], parts[1], parts[2]
}

func (a attacker) bySomebodyElse() string {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	text := b64.EncodeToString([]byte(a.header())) + "." + b64.EncodeToString([]byte(a.claims(nil)))
	return text + "." + b64.EncodeToString(ed25519.Sign(private, []byte(text)))
}

// withPublicKeyAsSecret is an HMAC over the one thing that everybody knows.
func (a attacker) withPublicKeyAsSecret() string {
	k, _, err := a.Config(guard.JWT, "orders").Keys.Find(a.t.Context(), a.KeyID(), time.Now())
	if err != nil {
		a.t.Fatal(err)
	}
	public, _ := k.Public.(ed25519.PublicKey)
	text := b64.EncodeToString([]byte(fmt.Sprintf(`{"alg":"HS256","typ":"at+jwt","kid":%q}`, k.ID))) + "." + b64.EncodeToString([]byte(a.claims(nil)))
	mac := hmac.New(sha256.New, public)
	mac.Write([]byte(text))
	return text + "." + b64.EncodeToString(mac.Sum(nil))
}

// What nobody should accept, through the middleware: 401, and the handler does not run. The verifier's own tests go through all of them;
// these are the headlines.
func TestForgedTokensDoNotGetIn(t *testing.T) {
	a := attacker{guardtest.New(t), t}
	h, p, s := a.parts()
	d := newDoor(a.Guard(guard.JWT, "orders"))
	if resp := d.knock(request("Bearer " + a.saying(nil))); resp.StatusCode != 200 {
		t.Fatalf("the token that all of these are made of: %d", resp.StatusCode)
	}
	d.in = 0
	now := time.Now().Unix()
	none := func(alg string) string {
		return b64.EncodeToString([]byte(`{"alg":`+alg+`,"typ":"at+jwt"}`)) + "." + p + "."
	}
	for name, token := range map[string]string{
		"alg none":                          none(`"none"`),
		"alg none with a signature":         none(`"none"`) + s,
		"alg NONE":                          none(`"NONE"`) + s,
		"alg empty":                         none(`""`) + s,
		"alg null":                          none(`null`) + s,
		"alg a list":                        none(`["EdDSA"]`) + s,
		"HS256 with the public key":         a.withPublicKeyAsSecret(),
		"another algorithm than the key's":  a.under(`{"alg":"ES256","typ":"at+jwt","kid":"KID"}`),
		"another key under the id":          a.bySomebodyElse(),
		"kid a path":                        a.under(`{"alg":"EdDSA","typ":"at+jwt","kid":"../../../dev/null"}`),
		"kid SQL":                           a.under(`{"alg":"EdDSA","typ":"at+jwt","kid":"' UNION SELECT 1 --"}`),
		"kid a number":                      a.under(`{"alg":"EdDSA","typ":"at+jwt","kid":1}`),
		"brings its key along":              a.under(`{"alg":"EdDSA","typ":"at+jwt","kid":"KID","jwk":{"kty":"OKP","crv":"Ed25519","x":"AA"}}`),
		"says where its key is":             a.under(`{"alg":"EdDSA","typ":"at+jwt","kid":"KID","jku":"https://evil.example/keys"}`),
		"x5u":                               a.under(`{"alg":"EdDSA","typ":"at+jwt","kid":"KID","x5u":"https://evil.example/keys"}`),
		"crit":                              a.under(`{"alg":"EdDSA","typ":"at+jwt","kid":"KID","crit":["exp"]}`),
		"crit empty":                        a.under(`{"alg":"EdDSA","typ":"at+jwt","kid":"KID","crit":[]}`),
		"b64 false":                         a.under(`{"alg":"EdDSA","typ":"at+jwt","kid":"KID","b64":false}`),
		"alg twice":                         a.under(`{"alg":"none","alg":"EdDSA","typ":"at+jwt","kid":"KID"}`),
		"Alg":                               a.under(`{"Alg":"EdDSA","typ":"at+jwt","kid":"KID"}`),
		"typ JWT":                           a.under(`{"alg":"EdDSA","typ":"JWT","kid":"KID"}`),
		"no typ":                            a.under(`{"alg":"EdDSA","kid":"KID"}`),
		"an ID token":                       a.under(`{"alg":"EdDSA","typ":"id_token+jwt","kid":"KID"}`),
		"a logout token":                    a.under(`{"alg":"EdDSA","typ":"logout+jwt","kid":"KID"}`),
		"a client's assertion":              a.under(`{"alg":"EdDSA","typ":"client-authentication+jwt","kid":"KID"}`),
		"a signed introspection answer":     a.under(`{"alg":"EdDSA","typ":"token-introspection+jwt","kid":"KID"}`),
		"another audience":                  a.saying(map[string]any{"aud": "billing"}),
		"an audience that ours begins":      a.saying(map[string]any{"aud": "orders/"}),
		"two audiences":                     a.saying(map[string]any{"aud": []string{"orders", "billing"}}),
		"no audience":                       a.saying(map[string]any{"aud": nil}),
		"an empty list of audiences":        a.saying(map[string]any{"aud": []string{}}),
		"another issuer":                    a.saying(map[string]any{"iss": "https://evil.example"}),
		"the issuer with a slash":           a.saying(map[string]any{"iss": a.URL + "/"}),
		"no issuer":                         a.saying(map[string]any{"iss": nil}),
		"no exp":                            a.saying(map[string]any{"exp": nil}),
		"exp a string":                      a.saying(map[string]any{"exp": fmt.Sprint(now + 60)}),
		"exp out of range":                  a.Forge(a.header(), strings.Replace(a.claims(map[string]any{"exp": 7}), `"exp":7`, `"exp":1e300`, 1)),
		"exp past 2^63":                     a.Forge(a.header(), strings.Replace(a.claims(map[string]any{"exp": 7}), `"exp":7`, `"exp":9223372036854775808`, 1)),
		"expired":                           a.saying(map[string]any{"exp": now - 10, "iat": now - 60, "nbf": now - 60}),
		"a life of a year":                  a.saying(map[string]any{"exp": now + 31_536_000}),
		"not yet":                           a.saying(map[string]any{"nbf": now + 30}),
		"issued in the future":              a.saying(map[string]any{"iat": now + 30}),
		"exp twice":                         a.plus(`"exp":99999999999`),
		"EXP beside an exp that is over":    a.Forge(a.header(), strings.TrimSuffix(a.claims(map[string]any{"exp": now - 10}), "}")+`,"EXP":99999999999}`),
		"bytes that are not UTF-8":          a.plus("\"x\":\"\xff\""),
		"a lone surrogate in sub":           a.Forge(a.header(), strings.Replace(a.claims(nil), `"alice"`, `"\ud800"`, 1)),
		"NUL in sub":                        a.saying(map[string]any{"sub": "alice\x00"}),
		"sub empty":                         a.saying(map[string]any{"sub": ""}),
		"no client":                         a.saying(map[string]any{"client_id": nil}),
		"no scope":                          a.saying(map[string]any{"scope": nil}),
		"scope a list":                      a.saying(map[string]any{"scope": []string{"orders.read"}}),
		"two objects":                       a.Forge(a.header(), a.claims(nil)+a.claims(nil)),
		"a byte order mark":                 a.Forge(a.header(), "\ufeff"+a.claims(nil)),
		"nested deeply":                     a.plus(`"x":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000)),
		"longer than a token is":            a.plus(`"x":"` + strings.Repeat("x", jwks.MaxToken) + `"`),
		"many dots":                         strings.Repeat(".", 100_000),
		"two parts":                         h + "." + p,
		"four parts":                        h + "." + p + "." + s + "." + s,
		"five parts, as if it was a JWE":    h + "." + p + "." + s + "." + s + "." + s,
		"an empty signature":                h + "." + p + ".",
		"an empty payload":                  h + ".." + s,
		"a truncated signature":             h + "." + p + "." + s[:len(s)-2],
		"padded":                            h + "." + p + "." + s + "==",
		"the signature's unused bits":       h + "." + p + "." + s[:len(s)-1] + string(s[len(s)-1]+1),
		"the plain alphabet":                h + "." + p + "." + strings.ReplaceAll(strings.ReplaceAll(s, "-", "+"), "_", "/") + "/",
		"another payload under a signature": h + "." + b64.EncodeToString([]byte(a.claims(map[string]any{"scope": "admin"}))) + "." + s,
	} {
		resp := d.knock(request("Bearer " + token))
		if resp.StatusCode != http.StatusUnauthorized || d.in > 0 || !strings.Contains(resp.Header.Get("WWW-Authenticate"), `error="invalid_token"`) {
			t.Errorf("%s: status %d, challenge %q, the handler ran %d times; want 401 invalid_token", name, resp.StatusCode, resp.Header.Get("WWW-Authenticate"), d.in)
			d.in = 0
		}
	}
}

// A hundred thousand ids that nobody knows are one request to the issuer, and those that somebody knows keep working meanwhile.
func TestRandomKeyIDsAskForTheSetOnce(t *testing.T) {
	a := attacker{guardtest.New(t), t}
	begun := time.Now()
	g, err := guard.Discover(t.Context(), a.Settings(guard.JWT, "orders"))
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(g)
	p := b64.EncodeToString([]byte(a.claims(nil)))
	s := b64.EncodeToString(make([]byte, ed25519.SignatureSize))
	for n := range 20_000 {
		h := b64.EncodeToString(fmt.Appendf(nil, `{"alg":"EdDSA","typ":"at+jwt","kid":"%d"}`, n))
		if resp := d.knock(request("Bearer " + h + "." + p + "." + s)); resp.StatusCode != 401 {
			t.Fatalf("status %d", resp.StatusCode)
		}
		if n%1000 == 0 {
			if resp := d.knock(request("Bearer " + a.saying(nil))); resp.StatusCode != 200 {
				t.Fatalf("a good token: status %d", resp.StatusCode)
			}
		}
	}
	const floor = 10 * time.Second // a slow machine asks again in the meantime, which is all that it does
	if n, most := a.Asked("jwks.json"), 1+int(time.Since(begun)/floor); n < 1 || n > most {
		t.Errorf("%d requests for the key set in %v, want 1 each %v", n, time.Since(begun), floor)
	}
}

func TestAKeyOfAnotherIssuerProvesNothing(t *testing.T) {
	one, two := attacker{guardtest.New(t), t}, attacker{guardtest.New(t), t}
	d := newDoor(one.Guard(guard.JWT, "orders"))
	for name, token := range map[string]string{
		"his own token":         two.saying(nil),
		"his own, in our name":  two.saying(map[string]any{"iss": one.URL}),
		"in our name, our kid":  two.Forge(one.header(), one.claims(nil)),
		"our key, in his name":  one.saying(map[string]any{"iss": two.URL}),
		"his token for all":     two.saying(map[string]any{"aud": "*"}),
		"a handle that he made": two.Handle(guardtest.Grant{Audience: "orders"}),
	} {
		if resp := d.knock(request("Bearer " + token)); resp.StatusCode != 401 || d.in > 0 {
			t.Errorf("%s: status %d", name, resp.StatusCode)
		}
	}
}
