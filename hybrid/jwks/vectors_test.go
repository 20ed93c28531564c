package jwks

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/internal/vectors"
)

// suite reads a file of test vectors, or the cases built in; all says which.
func suite(t *testing.T, name, builtIn string, to any) (all bool) {
	t.Helper()
	data, all := vectors.Read(t, name, builtIn)
	unmarshal(t, data, to)
	return all
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
		JWS, JWE        *signedText // nil where the case has none; an empty text is one
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
	for file, cases := range map[string]map[string]int{
		"json_web_signature": {"valid": 46, "invalid": 355, "empty": 3}, "json_web_key": {"valid": 5, "invalid": 21},
		"json_web_crypto": {"valid": 4, "invalid": 45, "empty": 3}, // and 34 that are encrypted: below
	} {
		var found struct{ TestGroups []joseGroup }
		all := suite(t, "wycheproof/"+file+"_test.json", builtInJOSE, &found)
		judged := map[string]int{}
		for _, g := range found.TestGroups {
			for _, c := range g.Tests {
				if c.JWS == nil {
					continue
				}
				text := string(*c.JWS)
				want := c.Result == "valid" && refusedThoughValid(file, c.TcID, text) == ""
				if got := accepts(t, g, text); got != want {
					t.Errorf("%s %d (%s, %s): accepted = %v, want %v", file, c.TcID, g.Comment, c.Comment, got, want)
				}
				judged[c.Result]++
				if text == "" {
					judged["empty"]++
				}
			}
		}
		if all && !maps.Equal(judged, cases) || judged["valid"] == 0 || judged["invalid"] == 0 {
			t.Errorf("%s: judged %v, want %v", file, judged, cases)
		}
	}
}

func TestEncryptedTextsAreNeverTakenApart(t *testing.T) {
	const builtIn = `{"testGroups":[{"tests":[{"tcId":1,"jwe":"eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA"}]}]}`
	for file, cases := range map[string]int{"json_web_encryption": 139, "json_web_crypto": 34} {
		var found struct{ TestGroups []joseGroup }
		all := suite(t, "wycheproof/"+file+"_test.json", builtIn, &found)
		judged := 0
		for _, g := range found.TestGroups {
			for _, c := range g.Tests {
				if c.JWE == nil {
					continue
				}
				if _, err := ParseJWS(string(*c.JWE)); err == nil {
					t.Errorf("%s %d: read as a JWS", file, c.TcID)
				}
				judged++
			}
		}
		if all && judged != cases || judged == 0 {
			t.Errorf("%s: %d judged, want %d", file, judged, cases)
		}
	}
}

// primitiveGroup is a key and signatures over plain texts, all in hex.
type primitiveGroup struct {
	PublicKeyJWK, KeyJWK json.RawMessage
	PublicKey            struct{ Type, Curve, Wx, Wy string }
	Tests                []struct {
		TcID             int
		Msg, Sig, Result string
	}
}

// key is the group's, from its JWK or, where it has none, from the point.
func (g *primitiveGroup) key(t *testing.T) Key {
	t.Helper()
	jwk := g.PublicKeyJWK
	if jwk == nil {
		jwk = g.KeyJWK
	}
	if jwk == nil {
		jwk = g.point(t)
	}
	key, err := ParseKey(jwk)
	if err != nil {
		t.Fatalf("ParseKey(%s) = %v", jwk, err)
	}
	return key
}

func (g *primitiveGroup) point(t *testing.T) json.RawMessage {
	t.Helper()
	curve, ok := map[string]struct {
		name string
		size int
	}{"secp256r1": {"P-256", 32}, "secp384r1": {"P-384", 48}, "secp521r1": {"P-521", 66}}[g.PublicKey.Curve]
	if g.PublicKey.Type != "EcPublicKey" || !ok {
		t.Fatalf("a group without a key: %+v", g.PublicKey)
	}
	coordinate := func(text string) string { // the file writes a zero before some
		n := new(big.Int).SetBytes(unhex(t, text))
		return encoding.EncodeToString(n.FillBytes(make([]byte, curve.size)))
	}
	return fmt.Appendf(nil, `{"kty":"EC","crv":%q,"x":%q,"y":%q}`, curve.name, coordinate(g.PublicKey.Wx), coordinate(g.PublicKey.Wy))
}

func TestPrimitivesOfOthers(t *testing.T) {
	const builtIn = `{"testGroups":[{"publicKeyJwk":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},"tests":[
		{"tcId":1,"msg":"","sig":"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b","result":"valid"},
		{"tcId":2,"msg":"00","sig":"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b","result":"invalid"}]}]}`
	for file, want := range map[string]struct {
		algorithm    Algorithm
		cases, valid int
	}{
		"ed25519":                      {EdDSA, 151, 88},
		"ecdsa_secp256r1_sha256_p1363": {ES256, 262, 173},
		"ecdsa_secp384r1_sha384_p1363": {ES384, 280, 193},
		"ecdsa_secp521r1_sha512_p1363": {ES512, 318, 231},
		"rsa_signature_2048_sha256":    {RS256, 259, 9},
		"rsa_pss_2048_sha256_mgf1_32":  {PS256, 108, 63},
	} {
		var found struct{ TestGroups []primitiveGroup }
		all := suite(t, "wycheproof/"+file+"_test.json", builtIn, &found)
		judged, valid := 0, 0
		for _, g := range found.TestGroups {
			key := g.key(t)
			if all && key.Algorithm != want.algorithm {
				t.Fatalf("%s: algorithm = %s, want %s", file, key.Algorithm, want.algorithm)
			}
			for _, c := range g.Tests {
				// "acceptable" is for signatures that some library once made; none of them is one of ours.
				got := key.Verify(unhex(t, c.Msg), unhex(t, c.Sig))
				if got != (c.Result == "valid") {
					t.Errorf("%s %d: verified = %v, want %s", file, c.TcID, got, c.Result)
				}
				judged++
				if c.Result == "valid" {
					valid++
				}
			}
		}
		if all && (judged != want.cases || valid != want.valid) || judged == 0 {
			t.Errorf("%s: %d judged, %d of them valid; want %d, %d", file, judged, valid, want.cases, want.valid)
		}
	}
}

// A DER signature that is good as such is among the built-in cases and the file's; JWS has it side by side.
func TestDERSignaturesAreNotJWSSignatures(t *testing.T) {
	const builtIn = `{"testGroups":[{"publicKey":{"type":"EcPublicKey","curve":"secp256r1","wx":"7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445","wy":"c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad"},"tests":[{"tcId":1,"msg":"65794a68624763694f694a46557a49314e694a392e65794a7063334d694f694a71623255694c41304b49434a6c654841694f6a457a4d4441344d546b7a4f44417344516f67496d6830644841364c79396c654746746347786c4c6d4e76625339706331397962323930496a7030636e566c6651","sig":"304502200ed1215379636c483c2f7f155807d402a3b228033af97c7e17819ac3169ea665022100c50a07d38c3c70e5d8f12daf084a5480a66590c5f293509a8f3f7f8a83a354d5","result":"valid"}]}]}`
	var found struct{ TestGroups []primitiveGroup }
	all := suite(t, "wycheproof/ecdsa_secp256r1_sha256_test.json", builtIn, &found)
	judged := 0
	for _, g := range found.TestGroups {
		key := g.key(t)
		for _, c := range g.Tests {
			if key.Verify(unhex(t, c.Msg), unhex(t, c.Sig)) {
				t.Errorf("case %d (%s): a DER signature was accepted", c.TcID, c.Result)
			}
			judged++
		}
	}
	if all && judged != 484 || judged == 0 {
		t.Errorf("%d judged, want 484", judged)
	}
}
