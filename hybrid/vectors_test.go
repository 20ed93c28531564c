package hybrid_test

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/internal/vectors"
)

// TestClaimsAreReadAsTheJSONSuiteSays puts each text of the suite into a token, as the whole payload and as a claim beside good ones.
func TestClaimsAreReadAsTheJSONSuiteSays(t *testing.T) {
	cases, all := vectors.Folder(t, "json-test-suite", map[string]string{
		"y_array.json": `[1,"a",null]`, "n_comma.json": `[1,]`, "n_deep.json": strings.Repeat("[", 2000), "i_bad_utf8.json": "[\"\xff\"]",
	})
	if all && len(cases) != 318+22 {
		t.Errorf("%d cases, want 318 of parsing and 22 of transforming", len(cases))
	}
	f := newForger(t)
	v := verifier(t, f.set)
	good, err := json.Marshal(goodClaims())
	if err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for file, data := range cases {
		name, text := path.Base(file), string(data)
		if got := fault(t, v, f.sign(f.header(), text), now); got == "" {
			t.Errorf("%s as a payload: accepted", name)
		}
		payload := `{"x":` + text + `,` + string(good[1:])
		got := fault(t, v, f.sign(f.header(), payload), now)
		switch {
		case strings.Contains(name, "duplicated_key") || strings.Contains(name, "object_same_key"): // RFC 7519 §4: refused
			if got == "" {
				t.Errorf("%s as a claim: two members of one name were accepted", name)
			}
		case strings.HasPrefix(name, "y_") && got != "":
			t.Errorf("%s as a claim: %q, want it passed over", name, got)
		case strings.HasPrefix(name, "n_") && got == "" || got == "" && !json.Valid([]byte(payload)):
			t.Errorf("%s as a claim: accepted", name)
		}
		if got == "" {
			accepted++
		}
	}
	if accepted == 0 {
		t.Error("none was accepted: the test tests nothing")
	}
}

// TestNoForeignTokenIsAnAccessToken: good signatures of other people's keys, which this verifier trusts, over things that are no access
// tokens; and encrypted ones.
func TestNoForeignTokenIsAnAccessToken(t *testing.T) {
	type group struct {
		Public, Private json.RawMessage
		Tests           []struct {
			TcID     int
			JWS, JWE any
		}
	}
	const builtIn = `{"testGroups":[{"public":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},"tests":[{"tcId":1,
		"jws":"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"}]}]}`
	for file, cases := range map[string]int{"json_web_signature": 401, "json_web_encryption": 139, "json_web_crypto": 83} {
		data, all := vectors.Read(t, "wycheproof/"+file+"_test.json", builtIn)
		judged := 0
		var suite struct{ TestGroups []group }
		if err := json.Unmarshal(data, &suite); err != nil {
			t.Fatal(err)
		}
		for _, g := range suite.TestGroups {
			set := jwks.Set{}
			if g.Public != nil {
				var err error
				if set, err = jwks.Parse([]byte(`{"keys":[` + string(g.Public) + `]}`)); err != nil {
					t.Fatal(err)
				}
			}
			v := verifier(t, set, func(c *hybrid.Config) {
				c.Algorithms = []jwks.Algorithm{jwks.EdDSA, jwks.ES256, jwks.RS256, jwks.PS256}
			})
			for _, c := range g.Tests {
				text, ok := firstText(c.JWS, c.JWE)
				if !ok {
					t.Errorf("%s %d: no text", file, c.TcID)
				}
				if fault(t, v, text, now) == "" {
					t.Errorf("%s %d: accepted", file, c.TcID)
				}
				judged++
			}
		}
		if all && judged != cases || judged == 0 {
			t.Errorf("%s: %d judged, want %d", file, judged, cases)
		}
	}
}

func firstText(values ...any) (string, bool) {
	for _, v := range values {
		if v != nil {
			return fmt.Sprint(v), true
		}
	}
	return "", false
}
