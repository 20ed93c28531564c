package jwks

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestThumbprintsOfTheRFCs(t *testing.T) {
	for _, c := range []struct{ jwk, want string }{
		{ // RFC 7638 §3.1
			`{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`,
			"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
		},
		{ // RFC 8037 A.3
			`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`,
			"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
		},
	} {
		k, err := ParseKey([]byte(c.jwk))
		if err != nil {
			t.Fatalf("ParseKey(%s) = %v", c.jwk, err)
		}
		if got := k.Thumbprint(); got != c.want {
			t.Errorf("Thumbprint of %s = %s, want %s", c.jwk, got, c.want)
		}
	}
}

func testKeys(t testing.TB) []Key {
	t.Helper()
	public, _, _ := ed25519.GenerateKey(rand.Reader)
	keys := []Key{{Algorithm: EdDSA, Public: public}}
	for algorithm, curve := range map[Algorithm]elliptic.Curve{ES256: elliptic.P256(), ES384: elliptic.P384(), ES512: elliptic.P521()} {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, Key{Algorithm: algorithm, Public: &k.PublicKey})
	}
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	keys = append(keys, Key{Algorithm: RS256, Public: &k.PublicKey})
	for i := range keys {
		keys[i].ID = keys[i].Thumbprint()
	}
	return keys
}

func TestASetIsReadAsItWasWrittenAndHoldsNothingPrivate(t *testing.T) {
	set, err := NewSet(testKeys(t)...)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(set.AppendJSON(nil))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(set.Keys(), again.Keys()); diff != "" {
		t.Errorf("written and read (-want +got):\n%s", diff)
	}
	var published struct{ Keys []map[string]string }
	unmarshal(t, set.AppendJSON(nil), &published)
	allowed := map[string][]string{
		"OKP": {"alg", "crv", "kid", "kty", "use", "x"},
		"EC":  {"alg", "crv", "kid", "kty", "use", "x", "y"},
		"RSA": {"alg", "e", "kid", "kty", "n", "use"},
	}
	for _, k := range published.Keys {
		if got := slices.Sorted(maps.Keys(k)); !slices.Equal(got, allowed[k["kty"]]) {
			t.Errorf("members of a %s key = %v, want %v", k["kty"], got, allowed[k["kty"]])
		}
		if k["use"] != "sig" {
			t.Errorf("use = %q, want sig", k["use"])
		}
	}
	if whole, err := json.Marshal(set); err != nil || !json.Valid(whole) {
		t.Errorf("Marshal = %s, %v", whole, err)
	}
}
