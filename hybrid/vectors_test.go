package hybrid_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
)

// vectorDir lies beside the module's root. What other people made is not part of this repository; tests say so when it is missing.
func vectorDir(t *testing.T) string {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for filepath.Dir(root) != root {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		root = filepath.Dir(root)
	}
	return filepath.Join(root, "..", "shared", "vectors")
}

// TestClaimsAreReadAsTheJSONSuiteSays puts each text of the suite into a token, as the whole payload and as a claim beside good ones.
func TestClaimsAreReadAsTheJSONSuiteSays(t *testing.T) {
	cases := map[string]string{}
	files, _ := filepath.Glob(filepath.Join(vectorDir(t), "json-test-suite", "test_*", "*.json"))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases[filepath.Base(file)] = string(data)
	}
	if len(cases) == 0 {
		t.Log("TEST VECTORS MISSING: json-test-suite. Running over the built-in cases only.")
		cases = map[string]string{"y_array.json": `[1,"a",null]`, "n_comma.json": `[1,]`, "n_deep.json": strings.Repeat("[", 2000), "i_bad_utf8.json": "[\"\xff\"]"}
	}
	f := newForger(t)
	v := verifier(t, f.set)
	good, err := json.Marshal(goodClaims())
	if err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for name, text := range cases {
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
	judged := 0
	for _, file := range []string{"json_web_signature", "json_web_encryption", "json_web_crypto"} {
		data, err := os.ReadFile(filepath.Join(vectorDir(t), "wycheproof", file+"_test.json"))
		if err != nil {
			t.Logf("TEST VECTORS MISSING: %v. Running over the built-in case only.", err)
			data = []byte(`{"testGroups":[{"public":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},"tests":[{"tcId":1,
				"jws":"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"}]}]}`)
		}
		var suite struct{ TestGroups []group }
		if err := json.Unmarshal(data, &suite); err != nil {
			t.Fatal(err)
		}
		for _, g := range suite.TestGroups {
			set := jwks.Set{}
			if g.Public != nil {
				if set, err = jwks.Parse([]byte(`{"keys":[` + string(g.Public) + `]}`)); err != nil {
					t.Fatal(err)
				}
			}
			v := verifier(t, set, func(c *hybrid.Config) {
				c.Algorithms = []jwks.Algorithm{jwks.EdDSA, jwks.ES256, jwks.RS256, jwks.PS256}
			})
			for _, c := range g.Tests {
				if text, _ := firstText(c.JWS, c.JWE); fault(t, v, text, now) == "" {
					t.Errorf("%s %d: accepted", file, c.TcID)
				}
				judged++
			}
		}
	}
	if judged == 0 {
		t.Error("nothing was judged")
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
