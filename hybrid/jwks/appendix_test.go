package jwks

import (
	"encoding/json"
	"strings"
	"testing"
)

// appendices are the examples of RFC 7515 A, RFC 7517 A and B and RFC 7638 §3.1, and the text of CVE-2023-50967, as latchset/jose keeps them:
// a file's content by its name.
func appendices(t *testing.T) (cases map[string]json.RawMessage, all bool) {
	t.Helper()
	var file struct{ Cases map[string]json.RawMessage }
	all = suite(t, "latchset-jose/rfc7515-appendix-a.json", builtInAppendix, &file)
	return file.Cases, all
}

const builtInAppendix = `{"cases":{
 "rfc7515_A.3.jwk":{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
 "rfc7515_A.3.jwsc":"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
 "rfc7515_A.5.jwsc":"eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.",
 "cve-2023-50967.jwe":{"ciphertext":"aaPb-JYGACs-loPwJkZewg","encrypted_key":"P1h8q8wLVxqYsZUuw6iEQTzgXVZHCsu8Eik-oqbE4AJGIDto3gb3SA","header":{"alg":"PBES2-HS256+A128KW","p2c":1000000000,"p2s":"qUQQWWkyyIqculSiC93mlg"},"iv":"Clg3JX9oNl_ck3sLSGrlgg","protected":"eyJlbmMiOiJBMTI4Q0JDLUhTMjU2In0","tag":"i7vga9tJkwRswFd7HlyD_A"}}}`

// textOf is a case as a text: what is a string in the file, else the JSON.
func textOf(data json.RawMessage) string {
	var text signedText
	_ = text.UnmarshalJSON(data)
	return string(text)
}

// Every case is named here, so that none is left out when the file grows. What is refused: HMAC and unsigned texts, the JSON serialisations,
// keys without a signature in them, and encrypted texts.
func TestTheAppendicesOfTheRFCs(t *testing.T) {
	cases, all := appendices(t)
	signed := map[string]bool{"A.1": false, "A.2": true, "A.3": true, "A.4": true, "A.5": false, "A.6": false, "A.7": false}
	keys := map[string]bool{
		"rfc7515_A.1.jwk": false, "rfc7515_A.2.jwk": true, "rfc7515_A.3.jwk": true, "rfc7515_A.4.jwk": true, "rfc7515_A.6.1.jwk": true, "rfc7515_A.6.2.jwk": true,
		"rfc7515_A.7.jwk": false, // the name of another case
		"rfc7517_B.jwk":   true, "rfc7638_3.1.jwk": true, "cve-2023-50967.jwk": false,
	}
	sets := map[string]int{"rfc7515_A.6.jwkset": 2, "rfc7517_A.1.jwkset": 1, "rfc7517_A.2.jwkset": 1, "rfc7517_A.3.jwkset": 0}
	judged := 0
	for name, data := range cases {
		rfc, kind := name[:max(0, strings.LastIndexByte(name, '.'))], name[strings.LastIndexByte(name, '.')+1:]
		judged++
		switch kind {
		case "jwsc", "jwsg", "jwsf":
			section := strings.TrimPrefix(rfc, "rfc7515_")
			want, known := signed[section]
			if key, ok := cases[rfc+".jwk"]; !known || judgeText(t, key, ok, textOf(data)) != want {
				t.Errorf("%s: known %v, accepted is not %v", name, known, want)
			}
		case "jwk":
			want, known := keys[name]
			_, err := ParseKey(publicOf(t, data))
			if !known || (err == nil) != want {
				t.Errorf("%s: known %v, ParseKey = %v, want a key %v", name, known, err, want)
			}
		case "jwkset":
			want, known := sets[name]
			set, err := Parse(public(t, data))
			if !known || err != nil || set.Len() != want {
				t.Errorf("%s: known %v, Parse = %d keys, %v; want %d", name, known, set.Len(), err, want)
			}
		case "thp":
			key, err := ParseKey(cases[rfc+".jwk"])
			if err != nil || key.Thumbprint() != textOf(data) {
				t.Errorf("%s: Thumbprint = %s, %v; want %s", name, key.Thumbprint(), err, textOf(data))
			}
		case "jwe":
			if _, err := ParseJWS(textOf(data)); err == nil {
				t.Errorf("%s: read as a JWS", name)
			}
		default:
			t.Errorf("%s: a kind of file that this test does not know", name)
		}
	}
	if all && judged != len(signed)+len(keys)+len(sets)+2 {
		t.Errorf("%d cases judged, want %d", judged, len(signed)+len(keys)+len(sets)+2)
	}
}

// publicOf is public for what may be no object at all.
func publicOf(t *testing.T, data json.RawMessage) []byte {
	t.Helper()
	if !strings.HasPrefix(string(data), "{") {
		return data
	}
	return public(t, data)
}

// judgeText is how a text is judged with one key, which here says nothing about its algorithm when it is an RSA key.
func judgeText(t *testing.T, key json.RawMessage, ok bool, text string) bool {
	t.Helper()
	j, err := ParseJWS(text)
	if err != nil || !ok {
		return false
	}
	k, err := ParseKey(publicOf(t, key))
	return err == nil && j.SignedBy(&k)
}

// CVE-2023-50967: an encrypted key that asks for a thousand million rounds of key derivation. Nothing here derives, in any spelling of it.
func TestAKeyDerivationIsNeverBegun(t *testing.T) {
	cases, _ := appendices(t)
	var jwe struct{ Ciphertext, EncryptedKey, IV, Tag string }
	var members map[string]json.RawMessage
	unmarshal(t, cases["cve-2023-50967.jwe"], &members)
	for name, to := range map[string]*string{
		"ciphertext": &jwe.Ciphertext, "encrypted_key": &jwe.EncryptedKey, "iv": &jwe.IV, "tag": &jwe.Tag,
	} {
		unmarshal(t, members[name], to)
	}
	header := encoding.EncodeToString(members["header"])
	for name, text := range map[string]string{
		"as it stands":               string(cases["cve-2023-50967.jwe"]),
		"compact":                    strings.Join([]string{header, jwe.EncryptedKey, jwe.IV, jwe.Ciphertext, jwe.Tag}, "."),
		"in the clothes of a JWS":    strings.Join([]string{header, jwe.Ciphertext, jwe.Tag}, "."),
		"its parts in another order": strings.Join([]string{jwe.Tag, jwe.Ciphertext, header}, "."),
	} {
		if _, err := ParseJWS(text); err == nil {
			t.Errorf("%s: read as a JWS", name)
		}
	}
}
