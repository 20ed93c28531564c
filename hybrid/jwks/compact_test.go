package jwks

import (
	"crypto/ed25519"
	"crypto/rand"
	"strings"
	"testing"
)

const (
	edHeader  = "eyJhbGciOiJFZERTQSJ9"
	edPayload = "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
	edSigned  = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
	edText    = edHeader + "." + edPayload + "." + edSigned // RFC 8037 A.4
)

func TestTheSignedTextOfTheRFC(t *testing.T) {
	k, err := ParseKey([]byte(goodKey))
	if err != nil {
		t.Fatal(err)
	}
	j, err := ParseJWS(edText)
	if err != nil || !j.SignedBy(&k) || string(j.Payload) != "Example of Ed25519 signing" {
		t.Errorf("RFC 8037 A.4: %q, %v, signed %v", j.Payload, err, j.SignedBy(&k))
	}
}

func TestOnlyTheCompactFormIsRead(t *testing.T) {
	for _, text := range []string{
		"", ".", "..", "...", edHeader, edHeader + "." + edPayload, edText + ".", edText + "." + edSigned, "." + edText,
		edHeader + "." + edPayload + ".", "." + edPayload + "." + edSigned, edHeader + ".." + edPayload + "." + edSigned,
		edText + "=", edHeader + "=." + edPayload + "." + edSigned, " " + edText, edText + " ", edText + "\n", edHeader + "\n." + edPayload + "." + edSigned,
		edHeader + ".\r\n" + edPayload + "." + edSigned, strings.Replace(edText, "_", "/", 1), strings.Replace(edText, "-", "+", 1), edText[:30] + "?" + edText[30:],
		edText[:30] + "\x00" + edText[30:], edText[:30] + "é" + edText[30:],
		edHeader + "." + edPayload + "." + edSigned[:len(edSigned)-1] + "h", // unused bits
		edHeader + "." + edPayload[:len(edPayload)-1] + "d." + edSigned,
		`{"payload":"` + edPayload + `","protected":"` + edHeader + `","signature":"` + edSigned + `"}`,
		strings.Repeat(".", 100_000), strings.Repeat("a", MaxToken+1),
	} {
		if _, err := ParseJWS(text); err == nil {
			t.Errorf("ParseJWS(%.80q) accepted", text)
		}
	}
}

func TestHeadersAreReadExactly(t *testing.T) {
	for header, want := range map[string]bool{
		`{"alg":"EdDSA"}`: true, `{"alg":"Ed25519"}`: true, ` { "alg" : "EdDSA" , "x":[] } `: true,
		`{"alg":"none"}`: false, `{"alg":"NONE"}`: false, `{"alg":"nOnE"}`: false, `{"alg":""}`: false, `{}`: false, `{"alg":null}`: false, `{"alg":1}`: false,
		`{"alg":["EdDSA"]}`: false, `{"alg":"eddsa"}`: false, `{"alg":"HS256"}`: false, `{"Alg":"EdDSA"}`: false, `{"alg":"EdDSA","alg":"EdDSA"}`: false,
		`{"alg":"EdDSA","ALG":"none"}`:       true,
		`{"alg":"EdDSA","crit":["x"],"x":1}`: false, `{"alg":"EdDSA","crit":[]}`: false, `{"alg":"EdDSA","crit":["alg"]}`: false, `{"alg":"EdDSA","crit":null}`: false,
		`{"alg":"EdDSA","crit":["b64"],"b64":false}`: false, `{"alg":"EdDSA","b64":true}`: false, `{"alg":"EdDSA","b64":false}`: false, `{"alg":"EdDSA","zip":"DEF"}`: false,
		`{"alg":"EdDSA","kid":"a"}`: true, `{"alg":"EdDSA","kid":7}`: false, `{"alg":"EdDSA","kid":["a"]}`: false, `{"alg":"EdDSA","kid":""}`: false, `{"alg":"EdDSA","kid":null}`: false,
		`{"alg":"EdDSA","kid":"\u0000"}`: false, `{"alg":"EdDSA","kid":"😀"}`: false, `{"alg":"EdDSA","kid":"` + strings.Repeat("k", 257) + `"}`: false,
		`{"alg":"EdDSA","kid":"../../dev/null' UNION SELECT"}`: true, // only ever compared
		`{"alg":"EdDSA","typ":7}`:                              false, `{"alg":"EdDSA"}{}`: false, `"EdDSA"`: false, `[{"alg":"EdDSA"}]`: false, `null`: false, "\ufeff" + `{"alg":"EdDSA"}`: false,
	} {
		text := encoding.EncodeToString([]byte(header)) + "." + edPayload + "." + edSigned
		if _, err := ParseJWS(text); (err == nil) != want {
			t.Errorf("header %s: %v, want accepted %v", header, err, want)
		}
	}
}

func TestAKeyIsForOneAlgorithmOnly(t *testing.T) {
	keys := testKeys(t)
	for i := range keys {
		for name := range methods {
			text := encoding.EncodeToString([]byte(`{"alg":"`+string(name)+`"}`)) + "." + edPayload + "." + edSigned
			j, err := ParseJWS(text)
			if err != nil {
				t.Fatal(err)
			}
			if j.SignedBy(&keys[i]) {
				t.Errorf("%s key took a foreign signature under %s", keys[i].Algorithm, name)
			}
			wrong := keys[i]
			wrong.Algorithm = name
			if name != keys[i].Algorithm && wrong.Check() == nil && !strings.HasPrefix(string(name), "RS") && !strings.HasPrefix(string(name), "PS") {
				t.Errorf("%s key passes for %s", keys[i].Algorithm, name)
			}
		}
	}
}

// TestAGoodSignatureUnderAnotherAlgorithmsNameIsRefused: the header lies, the signature is real.
func TestAGoodSignatureUnderAnotherAlgorithmsNameIsRefused(t *testing.T) {
	public, signer, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := Key{ID: "k", Algorithm: EdDSA, Public: public}
	for name := range methods {
		text := encoding.EncodeToString([]byte(`{"alg":"`+string(name)+`"}`)) + "." + edPayload
		j, err := ParseJWS(text + "." + encoding.EncodeToString(ed25519.Sign(signer, []byte(text))))
		if err != nil {
			t.Fatal(err)
		}
		if got := j.SignedBy(&k); got != (name == EdDSA) {
			t.Errorf("an EdDSA signature under the name %s: accepted = %v", name, got)
		}
	}
}

func FuzzJWS(f *testing.F) {
	k, _ := ParseKey([]byte(goodKey))
	f.Add(edText)
	f.Add(edHeader + ".." + edSigned)
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add(edHeader + "." + edPayload + "." + edSigned[:len(edSigned)-1] + "h") // unused bits
	for _, header := range []string{
		`{"alg":"ES256","kid":"a","typ":"at+jwt"}`, `{"alg":"RS256","jwk":{"kty":"oct","k":"AA"}}`, `{"alg":"Ed25519","crit":["b64"],"b64":false}`, `{"alg":"EdDSA","zip":"DEF"}`,
	} {
		f.Add(encoding.EncodeToString([]byte(header)) + "." + edPayload + "." + edSigned)
	}
	f.Fuzz(func(t *testing.T, text string) {
		j, err := ParseJWS(text)
		if err != nil {
			return
		}
		if j.SignedBy(&k) && text != edText {
			t.Errorf("another text with the same signature: %q", text)
		}
		header, _, _ := strings.Cut(text, ".")
		if raw, ok := decode(nil, []byte(header)); !ok || encoding.EncodeToString(raw) != header {
			t.Errorf("the header of %q has two spellings", text)
		}
	})
}
