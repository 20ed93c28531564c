package jwks

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vectors reads a file of test vectors that other people made. They are not part of this repository: where they are missing the test says
// so and runs over the few cases given with it.
func vectors(t *testing.T, name, builtIn string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(vectorDir(t), name))
	if err != nil {
		t.Logf("TEST VECTORS MISSING: %v. Running over the built-in cases only.", err)
		return []byte(builtIn)
	}
	return data
}

// vectorDir lies beside the module's root.
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

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func unmarshal(t *testing.T, data []byte, to any) {
	t.Helper()
	if err := json.Unmarshal(data, to); err != nil {
		t.Fatal(err)
	}
}

// public drops the private members of a JWK, or of each in a set, as whoever publishes it has to.
func public(t *testing.T, jwk json.RawMessage) []byte {
	t.Helper()
	var members map[string]any
	unmarshal(t, jwk, &members)
	strip := func(m map[string]any) {
		if m["kty"] == "oct" {
			return
		}
		for _, name := range []string{"d", "p", "q", "dp", "dq", "qi", "oth"} {
			delete(m, name)
		}
	}
	strip(members)
	if keys, ok := members["keys"].([]any); ok {
		for _, k := range keys {
			strip(k.(map[string]any))
		}
	}
	out, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type joseGroup struct {
	Comment         string
	Private, Public json.RawMessage
	Tests           []struct {
		TcID            int
		Comment, Result string
		JWS             signedText
	}
}

// signedText is a JWS of the vectors: a string, or the JSON serialisation as it stands.
type signedText string

func (s *signedText) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		text = string(data)
	}
	*s = signedText(text)
	return nil
}

// accepts is how this package judges a signed text with one key or a set of them.
func accepts(t *testing.T, g joseGroup, text string) bool {
	t.Helper()
	jwk := g.Public
	if jwk == nil {
		jwk = g.Private
	}
	data := public(t, jwk)
	if !strings.Contains(string(data), `"keys"`) {
		data = []byte(`{"keys":[` + string(data) + `]}`)
	}
	set, err := Parse(data)
	if err != nil {
		t.Fatalf("Parse(%s) = %v", data, err)
	}
	j, err := ParseJWS(text)
	if err != nil {
		return false
	}
	k, ok := set.Key(j.KeyID)
	return ok && j.SignedBy(&k)
}

// refusedThoughValid are the cases that are labelled valid and refused here. Nothing else may differ.
func refusedThoughValid(file string, id int, text string) string {
	header, _, _ := strings.Cut(text, ".")
	decoded, _ := encoding.DecodeString(strings.ReplaceAll(header, "?", ""))
	switch {
	case strings.Contains(string(decoded), `HS`) || strings.Contains(text, "?"):
		return "no HMAC here, and nothing outside base64url"
	case strings.Contains(file, "json_web_signature") && (id == 346 || id == 350):
		return "alg of the key is PS256, of the header PS384"
	case strings.Contains(file, "json_web_signature") && (id == 347 || id == 351):
		return "alg of the key is ES521, which does not exist"
	}
	return ""
}

const builtInJOSE = `{"testGroups":[
 {"public":{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},"tests":[
  {"tcId":1,"result":"valid","jws":"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
  {"tcId":2,"result":"invalid","jws":"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU2Q"}]},
 {"public":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},"tests":[
  {"tcId":3,"result":"valid","jws":"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
  {"tcId":4,"result":"invalid","jws":"eyJhbGciOiJub25lIn0.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"}]}]}`

func TestSignaturesOfOthersAreJudgedAsTheySay(t *testing.T) {
	for _, file := range []string{
		"wycheproof/json_web_signature_test.json", "wycheproof/json_web_key_test.json", "wycheproof/json_web_crypto_test.json",
	} {
		var suite struct{ TestGroups []joseGroup }
		unmarshal(t, vectors(t, file, builtInJOSE), &suite)
		judged := map[string]int{}
		for _, g := range suite.TestGroups {
			for _, c := range g.Tests {
				if c.JWS == "" {
					continue // an encrypted text: below
				}
				want := c.Result == "valid" && refusedThoughValid(file, c.TcID, string(c.JWS)) == ""
				if got := accepts(t, g, string(c.JWS)); got != want {
					t.Errorf("%s %d (%s, %s): accepted = %v, want %v", file, c.TcID, g.Comment, c.Comment, got, want)
				}
				judged[c.Result]++
			}
		}
		if judged["valid"] == 0 || judged["invalid"] == 0 {
			t.Errorf("%s: judged %v: the file has lost its cases", file, judged)
		}
	}
}

func TestEncryptedTextsAreNeverTakenApart(t *testing.T) {
	const builtIn = `{"testGroups":[{"tests":[{"tcId":1,"jwe":"eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA"}]}]}`
	var suite struct {
		TestGroups []struct {
			Tests []struct {
				TcID int
				JWE  string
			}
		}
	}
	unmarshal(t, vectors(t, "wycheproof/json_web_encryption_test.json", builtIn), &suite)
	for _, g := range suite.TestGroups {
		for _, c := range g.Tests {
			if _, err := ParseJWS(c.JWE); err == nil {
				t.Errorf("json_web_encryption %d: read as a JWS", c.TcID)
			}
		}
	}
}

func TestPrimitivesOfOthers(t *testing.T) {
	type group struct {
		PublicKeyJWK, KeyJWK json.RawMessage
		Tests                []struct {
			TcID             int
			Msg, Sig, Result string
		}
	}
	const builtIn = `{"testGroups":[{"publicKeyJwk":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},"tests":[
		{"tcId":1,"msg":"","sig":"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b","result":"valid"},
		{"tcId":2,"msg":"00","sig":"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b","result":"invalid"}]}]}`
	for file, algorithm := range map[string]Algorithm{
		"ed25519": EdDSA, "ecdsa_secp256r1_sha256_p1363": ES256, "ecdsa_secp384r1_sha384_p1363": ES384, "ecdsa_secp521r1_sha512_p1363": ES512,
		"rsa_signature_2048_sha256": RS256, "rsa_pss_2048_sha256_mgf1_32": PS256,
	} {
		var suite struct{ TestGroups []group }
		unmarshal(t, vectors(t, "wycheproof/"+file+"_test.json", builtIn), &suite)
		for _, g := range suite.TestGroups {
			jwk := g.PublicKeyJWK
			if jwk == nil {
				jwk = g.KeyJWK
			}
			if jwk == nil {
				continue // a group whose key has no JWK form
			}
			key, err := ParseKey(jwk)
			if err != nil {
				t.Fatalf("%s: ParseKey(%s) = %v", file, jwk, err)
			}
			if key.Algorithm != algorithm && strings.HasPrefix(string(vectors(t, "README.md", "")), "#") {
				t.Fatalf("%s: algorithm = %s, want %s", file, key.Algorithm, algorithm)
			}
			for _, c := range g.Tests {
				// "acceptable" is for signatures that some library once made; none of them is one of ours.
				if got := key.Verify(unhex(t, c.Msg), unhex(t, c.Sig)); got != (c.Result == "valid") {
					t.Errorf("%s %d: verified = %v, want %s", file, c.TcID, got, c.Result)
				}
			}
		}
	}
}

func TestDERSignaturesAreNotJWSSignatures(t *testing.T) {
	const builtIn = `{"testGroups":[{"publicKeyJwk":{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},"tests":[{"tcId":1,"msg":"00","sig":"30060201010201"}]}]}`
	var suite struct {
		TestGroups []struct {
			PublicKeyJWK json.RawMessage
			Tests        []struct {
				TcID     int
				Msg, Sig string
			}
		}
	}
	unmarshal(t, vectors(t, "wycheproof/ecdsa_secp256r1_sha256_test.json", builtIn), &suite)
	for _, g := range suite.TestGroups {
		if g.PublicKeyJWK == nil {
			continue
		}
		key, err := ParseKey(g.PublicKeyJWK)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range g.Tests {
			if key.Verify(unhex(t, c.Msg), unhex(t, c.Sig)) {
				t.Errorf("case %d: a DER signature was accepted", c.TcID)
			}
		}
	}
}
