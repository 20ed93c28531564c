package jwks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/internal/vectors"
)

// cookbook says of each file of RFC 7520, and of the two documents beside it, what becomes of everything in it: of its keys, as they stand and
// without their private members, and of its texts, in each serialisation and in three parts made of what was signed or encrypted.
//
// A word is why something was refused: private members, another use, not three parts of base64url, an alg that is none of ours, crit or zip; or
// "unsigned", when it was read and the signature is not over it.
var cookbook = map[string]string{
	// The signed text inside is one of ours; the encrypted one around it is not.
	"6.nesting_signatures_and_encryption.json": "key=private public=RS256 compact=signed detached=unsigned three=signed | key=use public=use compact=parts json=parts flat=parts three=alg",
	"curve25519/ecdh-es.json":                  encrypted,
	"curve25519/jws.json":                      "key=private public=EdDSA " + signed,
	// Five parts, or JSON; in the clothes of a JWS the header names no signature. 5_9 has zip, 5_12 no protected header.
	"jwe/5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2.json":                             encrypted,
	"jwe/5_2.key_encryption_using_rsa-oaep_with_aes-gcm.json":                                 encrypted,
	"jwe/5_3.key_wrap_using_pbes2-aes-keywrap_with-aes-cbc-hmac-sha2.json":                    "compact=parts json=parts flat=parts three=alg",
	"jwe/5_4.key_agreement_with_key_wrapping_using_ecdh-es_and_aes-keywrap_with_aes-gcm.json": encrypted,
	"jwe/5_5.key_agreement_using_ecdh-es_with_aes-cbc-hmac-sha2.json":                         encrypted,
	"jwe/5_6.direct_encryption_using_aes-gcm.json":                                            encrypted,
	"jwe/5_7.key_wrap_using_aes-gcm_keywrap_with_aes-cbc-hmac-sha2.json":                      encrypted,
	"jwe/5_8.key_wrap_using_aes-keywrap_with_aes-gcm.json":                                    encrypted,
	"jwe/5_9.compressed_content.json":                                                         "key=use public=use compact=parts json=parts flat=parts three=crit",
	"jwe/5_10.including_additional_authentication_data.json":                                  "key=use public=use json=parts flat=parts three=alg",
	"jwe/5_11.protecting_specific_header_fields.json":                                         "key=use public=use json=parts flat=parts three=alg",
	"jwe/5_12.protecting_content_only.json":                                                   "key=use public=use json=parts flat=parts three=parts",
	"jwe/5_13.encrypting_to_multiple_recipients.json":                                         "key=use public=use key=use public=use key=use public=use json=parts three=alg",
	// Public members make the key; private ones refuse it, and what is symmetric is nobody's public key.
	"jwk/3_1.ec_public_key.json":                 "key=ES512 public=ES512",
	"jwk/3_2.ec_private_key.json":                "key=private public=ES512",
	"jwk/3_3.rsa_public_key.json":                "key=RS256 public=RS256",
	"jwk/3_4.rsa_private_key.json":               "key=private public=RS256",
	"jwk/3_5.symmetric_key_mac_computation.json": "key=private public=private",
	"jwk/3_6.symmetric_key_encryption.json":      "key=use public=use",
	// Keys have no alg there, and RSA is RS256 until told. HMAC is no algorithm here; JSON is no compact form; without its payload (4_5, and all
	// others) nothing is signed; 4_7 has no protected header, and the second signature of 4_8 has none either.
	"jws/4_1.rsa_v15_signature.json":                 "key=private public=RS256 " + signed,
	"jws/4_2.rsa-pss_signature.json":                 "key=private public=RS256 " + signed,
	"jws/4_3.ecdsa_signature.json":                   "key=private public=ES512 " + signed,
	"jws/4_4.hmac-sha2_integrity_protection.json":    hmac,
	"jws/4_5.signature_with_detached_content.json":   hmac,
	"jws/4_6.protecting_specific_header_fields.json": "key=private public=private json=parts flat=parts three=alg",
	"jws/4_7.protecting_content_only.json":           "key=private public=private json=parts flat=parts three=parts",
	"jws/4_8.multiple_signatures.json":               "key=private public=RS256 key=private public=ES512 key=private public=private json=parts three=signed three=parts three=alg",
	// b64 stands in crit; the bare payloads have a dot in them, or what base64url has not.
	"rfc7797/4.2.hmac-sha2_b64_false.json": "key=private public=private json=parts flat=parts three=parts",
	"rfc7797/hmac-sha2_b64_false.json":     "key=private public=private compact=parts detached=crit json=parts flat=parts three=parts",
}

const (
	signed    = "compact=signed detached=unsigned json=parts flat=parts three=signed"
	hmac      = "key=private public=private compact=alg detached=alg json=parts flat=parts three=alg"
	encrypted = "key=use public=use compact=parts json=parts flat=parts three=alg"
)

// several takes what is either one thing or a list of them.
type several[T any] []T

func (o *several[T]) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("[")) {
		return json.Unmarshal(data, (*[]T)(o))
	}
	*o = make([]T, 1)
	return json.Unmarshal(data, &(*o)[0])
}

// recipe is a file of the cookbook about a text.
type recipe struct {
	Input struct {
		Payload string
		Key     several[json.RawMessage]
		Alg     several[string]
	}
	Signing several[struct {
		SigInput string `json:"sig-input"`
		Sig      string
	}]
	Encrypting struct {
		Protected  string `json:"protected_b64u"`
		Ciphertext string
		Tag        string
	} `json:"encrypting_content"`
	Output struct {
		Compact string
		JSON    json.RawMessage
		Flat    json.RawMessage `json:"json_flat"`
	}
}

// outcome is a word for what became of something.
func outcome(t *testing.T, err error, good string) string {
	t.Helper()
	if err == nil {
		return good
	}
	for _, known := range []struct {
		err  error
		word string
	}{{errCompact, "parts"}, {errAlgorithm, "alg"}, {errCritical, "crit"}, {errHeader, "header"}, {errTooLong, "long"}} {
		if errors.Is(err, known.err) {
			return known.word
		}
	}
	for part, word := range map[string]string{
		"use is not sig": "use", "holds private members": "private", "key type or curve is not supported": "kind", "algorithm is not supported": "alg",
	} {
		if strings.Contains(err.Error(), part) {
			return word
		}
	}
	return err.Error()
}

// keyOutcome is the algorithm of a key, or why it is refused.
func keyOutcome(t *testing.T, jwk []byte) string {
	t.Helper()
	key, err := ParseKey(jwk)
	return outcome(t, err, string(key.Algorithm))
}

// textOutcome is whether a text was signed with the key. The keys of RFC 7520 leave alg out: there the application says what they are for.
func textOutcome(t *testing.T, text string, jwk json.RawMessage, alg string) string {
	t.Helper()
	j, err := ParseJWS(text)
	if err == nil {
		key, keyErr := ParseKey(public(t, jwk))
		if key.Algorithm = Algorithm(alg); keyErr == nil && j.SignedBy(&key) {
			return "signed"
		}
	}
	return outcome(t, err, "unsigned")
}

func (r *recipe) outcomes(t *testing.T) string {
	t.Helper()
	var said []string
	say := func(what, became string) { said = append(said, what+"="+became) }
	for _, key := range r.Input.Key {
		say("key", keyOutcome(t, key))
		say("public", keyOutcome(t, public(t, key)))
	}
	key, alg := json.RawMessage(`{}`), ""
	if len(r.Input.Key) > 0 {
		key, alg = r.Input.Key[0], r.Input.Alg[0]
	}
	if text := r.Output.Compact; text != "" {
		say("compact", textOutcome(t, text, key, alg))
		if parts := strings.Split(text, "."); len(parts) == 3 {
			say("detached", textOutcome(t, parts[0]+".."+parts[2], key, alg))
		}
	}
	if r.Output.JSON != nil {
		say("json", textOutcome(t, string(r.Output.JSON), key, alg))
	}
	if r.Output.Flat != nil {
		say("flat", textOutcome(t, string(r.Output.Flat), key, alg))
	}
	for i, s := range r.Signing {
		say("three", textOutcome(t, s.SigInput+"."+s.Sig, r.Input.Key[i], r.Input.Alg[i]))
	}
	if e := r.Encrypting; e.Ciphertext != "" {
		say("three", textOutcome(t, e.Protected+"."+e.Ciphertext+"."+e.Tag, key, alg))
	}
	return strings.Join(said, " ")
}

func TestTheCookbook(t *testing.T) {
	files, all := vectors.Folder(t, "rfc7520-cookbook", map[string]string{
		"curve25519/jws.json": `{"input":{"key":{"kty":"OKP","crv":"Ed25519","x":"` + goodX + `","d":"AA"},"alg":"EdDSA"},
			"output":{"compact":"` + edText + `","json":{},"json_flat":{}},"signing":{"sig-input":"` + edHeader + "." + edPayload + `","sig":"` + edSigned + `"}}`,
		"jws/4_4.hmac-sha2_integrity_protection.json": `{"input":{"key":{"kty":"oct","k":"AA"},"alg":"HS256"},
			"output":{"compact":"eyJhbGciOiJIUzI1NiJ9.AA.AA","json":{},"json_flat":{}},"signing":{"sig-input":"eyJhbGciOiJIUzI1NiJ9.AA","sig":"AA"}}`,
	})
	for name, data := range files {
		got := ""
		switch {
		case strings.HasPrefix(name, "jwk/"):
			got = fmt.Sprintf("key=%s public=%s", keyOutcome(t, data), keyOutcome(t, public(t, data)))
		case strings.HasPrefix(name, "6."):
			var nested struct{ Sign, Encrypt recipe }
			unmarshal(t, data, &nested)
			got = nested.Sign.outcomes(t) + " | " + nested.Encrypt.outcomes(t)
		default:
			var r recipe
			unmarshal(t, data, &r)
			got = r.outcomes(t)
		}
		if want, known := cookbook[name]; !known || got != want {
			t.Errorf("%s: known %v\n got %s\nwant %s", name, known, got, want)
		}
	}
	if all && len(files) != len(cookbook) {
		t.Errorf("%d files, want %d", len(files), len(cookbook))
	}
}
