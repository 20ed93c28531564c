package jwks

import (
	"crypto/elliptic"
	"fmt"
	"strings"
	"testing"
)

const (
	goodX   = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
	goodKey = `{"kty":"OKP","crv":"Ed25519","kid":"good","x":"` + goodX + `"}`
	pointX  = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
	pointY  = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
)

// rfc8032Ed448 is the public key of the blank test of RFC 8032 (section 7.4).
const rfc8032Ed448 = "X9dEm1m0Yf0s54fsYWrUah2hNCSFpw4fig6nXYDpZ3jt8SR2m0bHBhvWeD3x5Q9s0foavq_oJWGA"

// p384 is a good key of its curve.
func p384(algorithm Algorithm) string {
	x, y := elliptic.P384().Params().Gx.Bytes(), elliptic.P384().Params().Gy.Bytes()
	return `{"kty":"EC","crv":"P-384","kid":"a","x":"` + encoding.EncodeToString(x) + `","y":"` + encoding.EncodeToString(y) + `","alg":"` + string(algorithm) + `"}`
}

func TestUnusableEntriesAreSkippedAndTheOthersLive(t *testing.T) {
	for _, entry := range []string{
		`null`, `1`, `"x"`, `[]`, `{}`,
		`{"kty":"XYZ","kid":"a"}`,
		`{"kty":"oct","kid":"a","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","alg":"HS256"}`,
		`{"kty":"oct","kid":"a","k":""}`,
		`{"kty":"OKP","crv":"X25519","kid":"a","x":"` + goodX + `"}`,
		`{"kty":"OKP","crv":"Ed448","kid":"a","x":"` + rfc8032Ed448 + `"}`,
		`{"kty":"OKP","crv":"Ed448","kid":"a","x":"` + rfc8032Ed448 + `","alg":"EdDSA"}`, // EdDSA is of Ed25519 here, and of nothing else
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + rfc8032Ed448 + `","alg":"EdDSA"}`,
		`{"kty":"OKP","crv":"Ed448","kid":"a","x":"` + goodX + `","alg":"EdDSA"}`,
		`{"kty":"OKP","crv":"ed25519","kid":"a","x":"` + goodX + `"}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `="}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX[1:] + `"}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp"}`, // unused bits
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPap\niMlrwIaaPcHURo"}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","X":"` + goodX + `"}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":null}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `","use":"enc"}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `","use":["sig"]}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `","key_ops":["encrypt"]}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `","key_ops":"verify"}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `","alg":"RS256"}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `","alg":"none"}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `","alg":null}`,
		`{"kty":"OKP","crv":"Ed25519","kid":7,"x":"` + goodX + `"}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"a\u001b[2J","x":"` + goodX + `"}`,
		`{"kty":"OKP","crv":"Ed25519","kid":"` + strings.Repeat("k", 300) + `","x":"` + goodX + `"}`,
		`{"kty":"EC","crv":"P-256","kid":"a","x":"` + pointX + `","y":"` + pointX + `"}`,
		`{"kty":"EC","crv":"P-384","kid":"a","x":"` + pointX + `","y":"` + pointY + `"}`,
		`{"kty":"EC","crv":"P-256","kid":"a","x":"` + pointX + `","y":"` + pointY + `","alg":"ES384"}`,
		p384("ES256"),
		`{"kty":"EC","crv":"secp256k1","kid":"a","x":"` + pointX + `","y":"` + pointY + `"}`,
		`{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}`,
		`{"kty":"RSA","kid":"a","n":"` + strings.Repeat("_", 2732) + `","e":"AQAB"}`,
		`{"kty":"RSA","kid":"a","n":"` + strings.Repeat("_", 342)[:340] + `9w","e":"AAEAAQ"}`, // leading zero
	} {
		set, err := Parse([]byte(`{"keys":[` + entry + `,` + goodKey + `],"more":true}`))
		if err != nil {
			t.Errorf("Parse with %s = %v", entry, err)
			continue
		}
		if _, ok := set.Key("good"); !ok || set.Len() != 1 {
			t.Errorf("Parse with %s has %d keys, want the good one only", entry, set.Len())
		}
	}
}

func TestUsableEntriesAreRead(t *testing.T) {
	for entry, want := range map[string]Algorithm{
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `"}`:                                                       EdDSA,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `","alg":"Ed25519"}`:                                       EdDSA,
		`{"kty":"OKP","crv":"Ed25519","kid":"a","x":"` + goodX + `","alg":"EdDSA","use":"sig","n":"1"}`:                     EdDSA,
		`{"kty":"EC","crv":"P-256","kid":"a","x":"` + pointX + `","y":"` + pointY + `"}`:                                    ES256,
		`{"kty":"EC","crv":"P-256","kid":"a","x":"` + pointX + `","y":"` + pointY + `","key_ops":["verify"],"alg":"ES256"}`: ES256,
		p384("ES384"): ES384,
	} {
		k, err := ParseKey([]byte(entry))
		if err != nil || k.Algorithm != want || k.ID != "a" {
			t.Errorf("ParseKey(%s) = %v %v, %v, want algorithm %s", entry, k.ID, k.Algorithm, err, want)
		}
	}
}

func TestKeysThatShareAnIDAreAllRefused(t *testing.T) {
	for _, other := range []string{
		goodKey,
		`{"kty":"oct","kid":"good","k":"AAAA"}`,
		`{"kty":"RSA","kid":"good"}`,
		`{"kty":"EC","crv":"P-256","kid":"go\u006fd","x":"` + pointX + `","y":"` + pointY + `"}`,
	} {
		set, err := Parse([]byte(`{"keys":[` + goodKey + `,` + other + `]}`))
		if err != nil || set.Len() != 0 {
			t.Errorf("Parse with %s = %d keys, %v, want none", other, set.Len(), err)
		}
	}
}

func TestASignatureWithoutKeyIDIsForTheOnlyKey(t *testing.T) {
	one, _ := Parse([]byte(`{"keys":[` + goodKey + `]}`))
	if _, ok := one.Key(""); !ok {
		t.Error("the only key is not found without an id")
	}
	two, _ := Parse([]byte(`{"keys":[` + goodKey + `,{"kty":"EC","crv":"P-256","x":"` + pointX + `","y":"` + pointY + `"}]}`))
	if _, ok := two.Key(""); ok || two.Len() != 2 {
		t.Errorf("one of %d keys is taken for a signature that names none", two.Len())
	}
}

func TestSetsThatAreNoSetsAreRefused(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat(`{},`, MaxKeys+1), ",")
	for _, text := range []string{
		``, `null`, `[]`, `{}`, `{"keys":{}}`, `{"Keys":[]}`, `{"keys":[],"keys":[]}`, `{"keys":[]} x`, `{"keys":[` + goodKey + `]}{}`,
		`{"keys":[` + many + `]}`, "\ufeff" + `{"keys":[]}`, strings.Repeat(" ", MaxSetBytes) + `{"keys":[]}`,
	} {
		if set, err := Parse([]byte(text)); err == nil {
			t.Errorf("Parse(%.60q) = %d keys, want an error", text, set.Len())
		}
	}
	if _, err := Parse([]byte(`{"keys":[]}`)); err != nil {
		t.Errorf("an empty set: %v", err)
	}
}

func TestNewSetRefusesWhatWouldBePublishedWrong(t *testing.T) {
	keys := testKeys(t)
	for name, bad := range map[string][]Key{
		"no id":             {{Algorithm: keys[0].Algorithm, Public: keys[0].Public}},
		"same id":           {keys[0], keys[0]},
		"wrong algorithm":   {{ID: "a", Algorithm: RS256, Public: keys[0].Public}},
		"unknown algorithm": {{ID: "a", Algorithm: "HS256", Public: keys[0].Public}},
		"no key":            {{ID: "a", Algorithm: EdDSA}},
	} {
		if _, err := NewSet(bad...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzParseSet(f *testing.F) {
	f.Add([]byte(`{"keys":[` + goodKey + `]}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"` + pointX + `","y":"` + pointY + `","key_ops":["verify"]}]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","kid":"a","n":"` + strings.Repeat("_", 342) + `","e":"AQAB","x":[{"y":[1e5,null]}]}]}`))
	f.Add([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"low","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},` + goodKey + `]}`)) // of order 4
	f.Add([]byte(`{"keys":[` + goodKey + `,` + goodKey + `,{"kty":"oct","kid":"good","k":"AA"},{"kty":"oct","kid":"g\u006fod"}],"keys ":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := Parse(data)
		if err != nil {
			return
		}
		ids := map[string]bool{}
		for _, k := range set.Keys() {
			if k.ID != "" && ids[k.ID] {
				t.Errorf("two keys with the id %q", k.ID)
			}
			ids[k.ID] = true
			if err := k.Check(); err != nil {
				t.Errorf("a set holds a bad key: %v", err)
			}
			k.Verify([]byte("text"), make([]byte, 64))
			if k.ID == "" {
				k.ID = fmt.Sprint("named ", k.Thumbprint())
			}
			again, err := ParseKey(k.appendJSON(nil))
			if err != nil || again.Thumbprint() != k.Thumbprint() || again.Algorithm != k.Algorithm || again.ID != k.ID {
				t.Errorf("written and read: %v", err)
			}
		}
	})
}
