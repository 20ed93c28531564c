package hybrid_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

func TestAVerifierWithoutAnyOfItsChecksIsRefused(t *testing.T) {
	keys := newForger(t).set
	good := hybrid.Config{Issuer: issuer, Audience: audience, Algorithms: []jwks.Algorithm{jwks.EdDSA}, Keys: keys}
	if _, err := hybrid.NewVerifier(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*hybrid.Config){
		"no issuer":         func(c *hybrid.Config) { c.Issuer = "" },
		"no audience":       func(c *hybrid.Config) { c.Audience = "" },
		"two audiences":     func(c *hybrid.Config) { c.Audience = "a b" },
		"no algorithms":     func(c *hybrid.Config) { c.Algorithms = nil },
		"none":              func(c *hybrid.Config) { c.Algorithms = []jwks.Algorithm{jwks.EdDSA, "none"} },
		"HMAC":              func(c *hybrid.Config) { c.Algorithms = []jwks.Algorithm{"HS256"} },
		"no keys":           func(c *hybrid.Config) { c.Keys = nil },
		"leeway of an hour": func(c *hybrid.Config) { c.Leeway = time.Hour },
		"life of an hour":   func(c *hybrid.Config) { c.MaxLife = time.Hour },
		"negative life":     func(c *hybrid.Config) { c.MaxLife = -1 },
	} {
		cfg := good
		change(&cfg)
		if _, err := hybrid.NewVerifier(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// line is so many ids, the same ones each time.
func line(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = session.ID{0: byte(0xa0 + i), 15: 1}.String()
	}
	return ids
}

func TestClaimsAreRequiredTypedAndInRange(t *testing.T) {
	f := newForger(t)
	v := verifier(t, f.set)
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	for _, c := range []struct {
		claim string
		value any
		want  hybrid.Fault
	}{
		{"iss", missing, hybrid.BadClaims},
		{"iss", "", hybrid.BadClaims},
		{"iss", 1, hybrid.BadClaims},
		{"iss", issuer + "/", hybrid.Issuer},
		{"iss", "http://issuer.example", hybrid.Issuer},
		{"iss", issuer[:len(issuer)-1], hybrid.Issuer},
		{"iss", []string{issuer}, hybrid.BadClaims},
		{"iss", strings.ToUpper(issuer), hybrid.Issuer},

		{"aud", missing, hybrid.BadClaims},
		{"aud", "", hybrid.BadClaims},
		{"aud", "stock", hybrid.Audience},
		{"aud", audience + "/", hybrid.Audience},
		{"aud", "order", hybrid.Audience},
		{"aud", "Orders", hybrid.Audience},
		{"aud", []string{}, hybrid.BadClaims},
		{"aud", []string{audience}, ""},
		{"aud", []string{"stock"}, hybrid.Audience},
		{"aud", []string{audience, "stock"}, hybrid.BadClaims},
		{"aud", []string{audience, audience}, hybrid.BadClaims},
		{"aud", 1, hybrid.BadClaims},
		{"aud", nil, hybrid.BadClaims},
		{"aud", map[string]any{audience: 1}, hybrid.BadClaims},
		{"aud", audience + " stock", hybrid.BadClaims},
		{"aud", []any{audience, 1}, hybrid.BadClaims},

		{"sub", missing, hybrid.BadClaims},
		{"sub", "", hybrid.BadClaims},
		{"sub", 7, hybrid.BadClaims},
		{"sub", map[string]any{}, hybrid.BadClaims},
		{"sub", "a\x00b", hybrid.BadClaims},
		{"sub", "a\nb", hybrid.BadClaims},
		{"sub", "a\u2028b", hybrid.BadClaims},
		{"sub", raw(`"a\ud800b"`), hybrid.BadClaims},
		{"sub", raw("\"a\ufffdb\""), hybrid.BadClaims},
		{"sub", "Zoë \U0001F600", ""},

		{"client_id", missing, hybrid.BadClaims},
		{"client_id", "", hybrid.BadClaims},
		{"client_id", []string{"web"}, hybrid.BadClaims},
		{"client_id", "a\x00", hybrid.BadClaims},
		{"jti", missing, hybrid.BadClaims},
		{"jti", "1", hybrid.BadClaims},
		{"jti", 1, hybrid.BadClaims},
		{"jti", "00000000-0000-0000-0000-000000000000", hybrid.BadClaims},
		{"jti", "0190163D-8694-739b-aea5-966c26f8ad90", hybrid.BadClaims},
		{"sid", missing, hybrid.BadClaims},
		{"sid", nil, hybrid.BadClaims},
		{"sid", "x", hybrid.BadClaims},
		{"tid", missing, hybrid.BadClaims},
		{"tid", 9, hybrid.BadClaims},
		{"log", missing, hybrid.BadClaims},
		{"log", "", hybrid.BadClaims},
		{"log", 3, hybrid.BadClaims},
		{"asof", missing, hybrid.BadClaims},
		{"asof", -1, hybrid.BadClaims},
		{"asof", "7", hybrid.BadClaims},
		{"asof", 1.5, hybrid.BadClaims},
		{"asof", raw("9223372036854775807"), hybrid.BadClaims},
		{"asof", 0, ""},

		{"made_from", nil, hybrid.BadClaims},
		{"made_from", []string{}, hybrid.BadClaims},
		{"made_from", line(1)[0], hybrid.BadClaims},
		{"made_from", []any{1}, hybrid.BadClaims},
		{"made_from", []string{"x"}, hybrid.BadClaims},
		{"made_from", []string{session.ID{}.String()}, hybrid.BadClaims},
		{"made_from", []string{strings.ToUpper(line(1)[0])}, hybrid.BadClaims},
		{"made_from", append(line(1), line(1)...), hybrid.BadClaims},
		{"made_from", []any{goodClaims()["jti"]}, hybrid.BadClaims},
		{"made_from", line(hybrid.MaxActors + 1), hybrid.BadClaims},
		{"made_from", line(hybrid.MaxActors), ""},
		{"made_from", line(1), ""},

		{"withheld", nil, hybrid.BadClaims},
		{"withheld", 1, hybrid.BadClaims},
		{"withheld", "", hybrid.BadClaims},
		{"withheld", "0", hybrid.BadClaims},
		{"withheld", "01", hybrid.BadClaims},
		{"withheld", "A", hybrid.BadClaims},
		{"withheld", "-1", hybrid.BadClaims},
		{"withheld", "1_0", hybrid.BadClaims},
		{"withheld", "10000000000000000", hybrid.BadClaims},
		{"withheld", "a", ""},
		{"withheld", "ffffffffffffffff", ""},

		{"scope", missing, hybrid.BadClaims},
		{"scope", nil, hybrid.BadClaims},
		{"scope", []string{"read"}, hybrid.BadClaims},
		{"scope", "", ""},
		{"scope", "read", ""},
		{"scope", " read", hybrid.BadClaims},
		{"scope", "read  write", hybrid.BadClaims},
		{"scope", "read\twrite", hybrid.BadClaims},
		{"scope", "read read", hybrid.BadClaims},
		{"scope", `re"ad`, hybrid.BadClaims},
		{"scope", "read\u00a0write", hybrid.BadClaims},

		{"exp", missing, hybrid.BadClaims},
		{"exp", "1", hybrid.BadClaims},
		{"exp", raw(fmt.Sprintf("%d.5", now.Unix())), hybrid.BadClaims},
		{"exp", raw("1e300"), hybrid.BadClaims},
		{"exp", raw("1.8e9"), hybrid.BadClaims},
		{"exp", -1, hybrid.BadClaims},
		{"exp", 0, hybrid.BadClaims},
		{"exp", raw("9007199254740993"), hybrid.BadClaims},
		{"exp", raw("9223372036854775808"), hybrid.BadClaims},
		{"exp", nil, hybrid.BadClaims},
		{"exp", true, hybrid.BadClaims},
		{"exp", raw("253402300800"), hybrid.BadClaims},
		{"exp", now.Unix() + 301, hybrid.Lifetime},
		{"exp", now.Unix() + 300, ""},
		{"exp", now.Unix(), hybrid.Lifetime},
		{"exp", now.Unix() - 1, hybrid.Lifetime},
		{"iat", missing, hybrid.BadClaims},
		{"iat", "1", hybrid.BadClaims},
		{"iat", 0, hybrid.BadClaims},
		{"iat", nil, hybrid.BadClaims},
		{"iat", now.Unix() + 5, ""},
		{"iat", now.Unix() + 6, hybrid.Early},
		{"nbf", missing, hybrid.BadClaims},
		{"nbf", false, hybrid.BadClaims},
		{"nbf", now.Unix() + 5, ""},
		{"nbf", now.Unix() + 6, hybrid.Early},
		{"nbf", now.Unix() - 999, ""},

		{"auth_time", "x", hybrid.BadClaims},
		{"auth_time", now.Unix(), ""},
		{"auth_time", nil, hybrid.BadClaims},
		{"acr", 1, hybrid.BadClaims},
		{"acr", nil, hybrid.BadClaims},
		{"acr", "1", ""},
		{"amr", "pwd", hybrid.BadClaims},
		{"amr", []any{"pwd", 1}, hybrid.BadClaims},
		{"amr", []string{"pwd", "pwd"}, hybrid.BadClaims},
		{"amr", []string{"pwd", "otp"}, ""},
		{"amr", []string{""}, hybrid.BadClaims},
		{"act", "gateway", hybrid.BadClaims},
		{"act", nil, hybrid.BadClaims},
		{"act", map[string]any{}, hybrid.BadClaims},
		{"act", chain("a"), ""},
		{"act", chain("a", "b", "c", "d"), ""},
		{"act", chain("a", "b", "c", "d", "e"), hybrid.BadClaims},
		{"act", chain("a", "b", "a"), hybrid.BadClaims},
		{"act", chain("a b"), hybrid.BadClaims},
		{"act", chain(""), hybrid.BadClaims},

		{"EXP", 1, ""},
		{"Aud", "stock", ""},
		{"__proto__", map[string]any{"sub": "eve"}, ""},
		{"constructor", "x", ""},
		{"unknown", []any{1, nil}, ""},
	} {
		if got := fault(t, v, f.with(t, map[string]any{c.claim: c.value}), now); got != c.want {
			t.Errorf("%s = %v: %q, want %q", c.claim, c.value, got, c.want)
		}
	}
}

// chain nests actors, the first outside.
func chain(names ...string) any {
	var act map[string]any
	for i := len(names) - 1; i >= 0; i-- {
		outer := map[string]any{"sub": names[i]}
		if act != nil {
			outer["act"] = act
		}
		act = outer
	}
	return act
}

func TestAWrongNameInsteadOfTheRightOneIsAMissingClaim(t *testing.T) {
	f := newForger(t)
	v := verifier(t, f.set)
	for _, name := range []string{"exp", "aud", "sub", "iss", "scope", "asof"} {
		changes := map[string]any{name: missing, strings.ToUpper(name): goodClaims()[name]}
		if got := fault(t, v, f.with(t, changes), now); got != hybrid.BadClaims {
			t.Errorf("%s for %s: %q, want %q", strings.ToUpper(name), name, got, hybrid.BadClaims)
		}
	}
}

func TestPayloadsThatAreNotOneExactObjectAreRefused(t *testing.T) {
	f := newForger(t)
	v := verifier(t, f.set)
	good, err := json.Marshal(goodClaims())
	if err != nil {
		t.Fatal(err)
	}
	if got := fault(t, v, f.sign(f.header(), string(good)), now); got != "" {
		t.Fatalf("the good one: %q", got)
	}
	for _, payload := range []string{
		"", "\x00\x00", "null", "[]", `"x"`, "[" + string(good) + "]", string(good) + string(good), string(good) + " x", string(good) + "//", "\ufeff" + string(good),
		`{"exp":` + fmt.Sprint(now.Unix()+50) + "," + string(good[1:]), `{"\u0061ud":"` + audience + `",` + string(good[1:]), `{"x":{"a":1,"a":2},` + string(good[1:]),
		strings.Replace(string(good), `"alice"`, "\"al\xffce\"", 1), `{"x":` + strings.Repeat("[", 3000) + strings.Repeat("]", 3000) + "," + string(good[1:]),
		strings.Replace(string(good), "{", "{'a':1,", 1), "\xff\xfe{\x00}\x00",
	} {
		if got := fault(t, v, f.sign(f.header(), payload), now); got != hybrid.BadClaims && got != hybrid.Malformed {
			t.Errorf("payload %.60q: %q, want %q", payload, got, hybrid.BadClaims)
		}
	}
}

func TestHeadersDecideNothingButWhichOfOurKeys(t *testing.T) {
	f := newForger(t)
	v := verifier(t, f.set)
	good, _ := json.Marshal(goodClaims())
	asked := atomic.Int64{}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer elsewhere.Close()
	own, _ := json.Marshal(json.RawMessage(f.set.AppendJSON(nil)[9 : len(f.set.AppendJSON(nil))-2]))
	kid := `"kid":"` + f.id + `"`
	for header, want := range map[string]hybrid.Fault{
		f.header(): "", `{"alg":"Ed25519","typ":"at+jwt",` + kid + `}`: "",
		`{"alg":"EdDSA","typ":"AT+JWT",` + kid + `}`: "", `{"alg":"EdDSA","typ":"application/at+jwt",` + kid + `}`: "", `{"alg":"EdDSA","typ":"Application/At+Jwt",` + kid + `}`: "",
		`{"alg":"EdDSA","typ":"JWT",` + kid + `}`: hybrid.Type, `{"alg":"EdDSA",` + kid + `}`: hybrid.Type, `{"alg":"EdDSA","typ":"application/jwt",` + kid + `}`: hybrid.Type,
		`{"alg":"EdDSA","typ":"client-authentication+jwt",` + kid + `}`: hybrid.Type, `{"alg":"EdDSA","typ":"dpop+jwt",` + kid + `}`: hybrid.Type, `{"alg":"EdDSA","typ":"secevent+jwt",` + kid + `}`: hybrid.Type,
		`{"alg":"EdDSA","typ":"logout+jwt",` + kid + `}`: hybrid.Type, `{"alg":"EdDSA","typ":"token-introspection+jwt",` + kid + `}`: hybrid.Type, `{"alg":"EdDSA","typ":"statuslist+jwt",` + kid + `}`: hybrid.Type,
		`{"alg":"EdDSA","typ":"txntoken+jwt",` + kid + `}`: hybrid.Type, `{"alg":"EdDSA","typ":"text/at+jwt",` + kid + `}`: hybrid.Type, `{"alg":"EdDSA","typ":"at+jwt ",` + kid + `}`: hybrid.Type,
		`{"alg":"EdDSA","typ":["at+jwt"],` + kid + `}`: hybrid.Malformed,
		`{"alg":"none","typ":"at+jwt",` + kid + `}`:    hybrid.Malformed, `{"alg":"HS256","typ":"at+jwt",` + kid + `}`: hybrid.Malformed, `{"typ":"at+jwt",` + kid + `}`: hybrid.Malformed,
		`{"alg":"ES256","typ":"at+jwt",` + kid + `}`: hybrid.Algorithm, `{"alg":"RS256","typ":"at+jwt",` + kid + `}`: hybrid.Algorithm, `{"alg":"PS256","typ":"at+jwt",` + kid + `}`: hybrid.Algorithm,
		`{"alg":"EdDSA","typ":"at+jwt"}`:           "", // the only key
		`{"alg":"EdDSA","typ":"at+jwt","kid":"x"}`: hybrid.Key, `{"alg":"EdDSA","typ":"at+jwt","kid":"../../dev/null"}`: hybrid.Key, `{"alg":"EdDSA","typ":"at+jwt","kid":"' UNION SELECT"}`: hybrid.Key,
		`{"alg":"EdDSA","typ":"at+jwt","kid":7}`:                                   hybrid.Malformed,
		`{"alg":"EdDSA","typ":"at+jwt",` + kid + `,"crit":["exp"],"exp":1}`:        hybrid.Malformed,
		`{"alg":"EdDSA","typ":"at+jwt",` + kid + `,"b64":false}`:                   hybrid.Malformed,
		`{"alg":"EdDSA","typ":"at+jwt",` + kid + `,"jwk":` + string(own) + `}`:     hybrid.Malformed,
		`{"alg":"EdDSA","typ":"at+jwt",` + kid + `,"jku":"` + elsewhere.URL + `"}`: hybrid.Malformed,
		`{"alg":"EdDSA","typ":"at+jwt",` + kid + `,"x5u":"` + elsewhere.URL + `"}`: hybrid.Malformed,
		`{"alg":"EdDSA","typ":"at+jwt",` + kid + `,"x5c":["AA"]}`:                  hybrid.Malformed,
		`{"alg":"EdDSA","typ":"at+jwt",` + kid + `,"more":{"a":[]}}`:               "",
	} {
		if got := fault(t, v, f.sign(header, string(good)), now); got != want {
			t.Errorf("header %s: %q, want %q", header, got, want)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests to the place that the token names", n)
	}
}

func TestTheSignatureIsJudgedBeforeTheClaims(t *testing.T) {
	f, other := newForger(t), newForger(t)
	v := verifier(t, f.set)
	expired := map[string]any{"exp": now.Unix() - 500, "iat": now.Unix() - 560, "nbf": now.Unix() - 560}
	if got := fault(t, v, f.with(t, expired), now); got != hybrid.Expired {
		t.Errorf("expired: %q", got)
	}
	other.id = f.id // the right name, another key
	if got := fault(t, v, other.with(t, expired), now); got != hybrid.Signature {
		t.Errorf("expired and badly signed: %q, want %q", got, hybrid.Signature)
	}
	if got := fault(t, v, other.with(t, nil), now); got != hybrid.Signature {
		t.Errorf("badly signed: %q, want %q", got, hybrid.Signature)
	}
}

func TestLeewayIsAtBothEndsAndExact(t *testing.T) {
	f := newForger(t)
	token := f.with(t, nil) // from now for sixty seconds
	for _, c := range []struct {
		leeway time.Duration
		after  int
		want   hybrid.Fault
	}{
		{-1, -1, hybrid.Early},
		{-1, 0, ""},
		{-1, 59, ""},
		{-1, 60, hybrid.Expired},
		{0, -5, ""},
		{0, -6, hybrid.Early},
		{0, 64, ""},
		{0, 65, hybrid.Expired},
		{time.Minute, -60, ""},
		{time.Minute, -61, hybrid.Early},
		{time.Minute, 119, ""},
		{time.Minute, 120, hybrid.Expired},
	} {
		v := verifier(t, f.set, func(cfg *hybrid.Config) { cfg.Leeway = c.leeway })
		if got := fault(t, v, token, now.Add(time.Duration(c.after)*time.Second)); got != c.want {
			t.Errorf("leeway %v, %d s after: %q, want %q", c.leeway, c.after, got, c.want)
		}
	}
}

func TestWithSeveralKeysATokenNamesItsOwn(t *testing.T) {
	a, b := newForger(t), newForger(t)
	both, err := jwks.NewSet(append(a.set.Keys(), b.set.Keys()...)...)
	if err != nil {
		t.Fatal(err)
	}
	v := verifier(t, both)
	good, _ := json.Marshal(goodClaims())
	if got := fault(t, v, a.sign(`{"alg":"EdDSA","typ":"at+jwt"}`, string(good)), now); got != hybrid.Key {
		t.Errorf("no kid, two keys: %q, want %q", got, hybrid.Key)
	}
	if got := fault(t, v, a.sign(b.header(), string(good)), now); got != hybrid.Signature {
		t.Errorf("the other's kid: %q, want %q", got, hybrid.Signature)
	}
	if got := fault(t, v, b.with(t, nil), now); got != "" {
		t.Errorf("its own kid: %q", got)
	}
}

func TestAKeyIsForItsOwnAlgorithmWhateverTheHeaderSays(t *testing.T) {
	f := newForger(t)
	v := verifier(t, f.set, func(c *hybrid.Config) { c.Algorithms = []jwks.Algorithm{jwks.EdDSA, jwks.ES256, jwks.RS256} })
	good, _ := json.Marshal(goodClaims())
	for _, alg := range []string{"ES256", "RS256"} {
		if got := fault(t, v, f.sign(`{"alg":"`+alg+`","typ":"at+jwt","kid":"`+f.id+`"}`, string(good)), now); got != hybrid.Key {
			t.Errorf("an EdDSA key under %s: %q, want %q", alg, got, hybrid.Key)
		}
	}
}

// away is a source of keys that cannot be reached.
type away struct{ asked int }

func (a *away) Find(context.Context, string, time.Time) (jwks.Key, bool, error) {
	a.asked++
	return jwks.Key{}, false, fmt.Errorf("no route: %w", jwks.ErrUnavailable)
}

func TestWhenTheKeysAreAwayItIsAnErrorAndNotANo(t *testing.T) {
	f := newForger(t)
	keys := &away{}
	v := verifier(t, keys)
	verdict, err := v.Verify(t.Context(), f.with(t, nil), now)
	if !errors.Is(err, session.ErrUnavailable) || verdict != (hybrid.Verdict{}) {
		t.Errorf("Verify = %+v, %v, want ErrUnavailable", verdict, err)
	}
	answer, err := v.Introspect(t.Context(), session.Present(f.with(t, nil)))
	if !errors.Is(err, session.ErrUnavailable) || answer.Active {
		t.Errorf("Introspect = %+v, %v, want ErrUnavailable", answer, err)
	}
	asked := keys.asked
	for _, junk := range []string{"", "x", "ita_abc", "a.b.c", f.sign(`{"alg":"none"}`, "{}"), strings.Repeat("a.", 50_000)} {
		if answer, err := v.Introspect(t.Context(), session.Present(junk)); err != nil || answer.Active {
			t.Errorf("junk %.20q = %+v, %v, want inactive: no key is needed to know that", junk, answer, err)
		}
	}
	if keys.asked != asked {
		t.Errorf("junk asked for keys %d times", keys.asked-asked)
	}
}

func TestIntrospectSaysWhatTheTokenSays(t *testing.T) {
	f := newForger(t)
	at := time.Now().Unix()
	token := f.with(t, map[string]any{"iat": at, "nbf": at, "exp": at + 60})
	answer, err := verifier(t, f.set).Introspect(t.Context(), session.Present(token))
	if err != nil || !answer.Active || answer.Subject != "alice" || answer.Scope != "read write" || answer.Asof != 7 {
		t.Errorf("Introspect = %+v, %v", answer, err)
	}
}
