package hybrid_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"testing"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
)

// fuzzKeys are one key of each family, and how each signs. Their ids are fixed, so that an input that was kept finds its key again.
type fuzzKeys struct {
	set   jwks.Set
	ed    ed25519.PrivateKey
	ec    *ecdsa.PrivateKey
	rsa   *rsa.PrivateKey
	names [3]jwks.Algorithm
}

func newFuzzKeys(f *testing.F) *fuzzKeys {
	f.Helper()
	k := &fuzzKeys{names: [3]jwks.Algorithm{jwks.EdDSA, jwks.ES256, jwks.RS256}}
	var errs [3]error
	var public ed25519.PublicKey
	public, k.ed, errs[0] = ed25519.GenerateKey(rand.Reader)
	k.ec, errs[1] = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	k.rsa, errs[2] = rsa.GenerateKey(rand.Reader, 2048)
	if err := errors.Join(errs[:]...); err != nil {
		f.Fatal(err)
	}
	var err error
	k.set, err = jwks.NewSet(
		jwks.Key{ID: "ed", Algorithm: jwks.EdDSA, Public: public}, jwks.Key{ID: "ec", Algorithm: jwks.ES256, Public: &k.ec.PublicKey},
		jwks.Key{ID: "rsa", Algorithm: jwks.RS256, Public: &k.rsa.PublicKey},
	)
	if err != nil {
		f.Fatal(err)
	}
	return k
}

// sign signs with one of the keys, whatever the header says.
func (k *fuzzKeys) sign(t *testing.T, which uint8, header, payload string) string {
	t.Helper()
	text := b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString([]byte(payload))
	digest := sha256.Sum256([]byte(text))
	var signature []byte
	var err error
	switch which {
	case 0:
		signature = ed25519.Sign(k.ed, []byte(text))
	case 1:
		r, s, signErr := ecdsa.Sign(rand.Reader, k.ec, digest[:])
		if err = signErr; err == nil {
			signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	case 2:
		signature, err = rsa.SignPKCS1v15(rand.Reader, k.rsa, crypto.SHA256, digest[:])
	}
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + b64.EncodeToString(signature)
}

// FuzzVerify signs whatever the fuzzer writes, so that it gets past the signature, and holds whatever is accepted against encoding/json. A
// good signature counts only under the name of its own algorithm.
func FuzzVerify(f *testing.F) {
	keys := newFuzzKeys(f)
	v := verifier(f, keys.set, func(c *hybrid.Config) { c.Algorithms = keys.names[:] })
	good, err := json.Marshal(goodClaims())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(0), `{"alg":"EdDSA","typ":"at+jwt","kid":"ed"}`, string(good), "")
	f.Add(uint8(0), `{"alg":"Ed25519","typ":"application/at+jwt","kid":"ed"}`, string(good), "x")
	f.Add(uint8(1), `{"alg":"ES256","typ":"at+jwt","kid":"ec"}`, string(good), "")
	f.Add(uint8(2), `{"alg":"RS256","typ":"at+jwt","kid":"rsa"}`, string(good), "A")
	f.Add(uint8(2), `{"alg":"PS256","typ":"at+jwt","kid":"rsa"}`, string(good), "")
	f.Add(uint8(1), `{"alg":"EdDSA","typ":"at+jwt","kid":"ec"}`, string(good), "")
	f.Add(uint8(0), `{"alg":"EdDSA","typ":"at+jwt","crit":[]}`, `{"aud":["orders"],"act":{"sub":"a","act":{"sub":"b"}},"amr":["pwd"]}`, ".")
	f.Fuzz(func(t *testing.T, which uint8, header, payload, tail string) {
		which %= uint8(len(keys.names))
		token := keys.sign(t, which, header, payload)
		if tail != "" {
			if got := fault(t, v, token+tail, now); got == "" {
				t.Errorf("accepted with %q behind it", tail)
			}
		}
		verdict, err := v.Verify(t.Context(), token, now)
		if err != nil {
			t.Fatal(err)
		}
		if !verdict.Good {
			if verdict.Claims != (hybrid.Claims{}) || verdict.Fault == "" {
				t.Errorf("refused with %+v", verdict)
			}
			return
		}
		checkHeader(t, header, keys.names[which])
		var std struct {
			Iss, Sub string
			Exp      int64
			Client   string `json:"client_id"`
		}
		c := verdict.Claims
		var exact map[string]json.RawMessage
		if json.Unmarshal([]byte(payload), &exact) != nil {
			t.Fatalf("encoding/json refuses %q", payload)
		}
		for name, to := range map[string]any{"iss": &std.Iss, "sub": &std.Sub, "exp": &std.Exp, "client_id": &std.Client} {
			if err := json.Unmarshal(exact[name], to); err != nil {
				t.Fatalf("%s of %q: %v", name, payload, err)
			}
		}
		if std.Iss != issuer || std.Sub != c.Subject || std.Exp != int64(c.ExpiresAt) || std.Client != c.Client || std.Sub == "" {
			t.Errorf("%q was read as %+v", payload, c)
		}
	})
}

// checkHeader holds the header of an accepted token against the algorithm that it was signed with.
func checkHeader(t *testing.T, header string, signed jwks.Algorithm) {
	t.Helper()
	var exact map[string]json.RawMessage
	var name string
	if err := json.Unmarshal([]byte(header), &exact); err != nil {
		t.Fatalf("encoding/json refuses %q: %v", header, err)
	}
	if err := json.Unmarshal(exact["alg"], &name); err != nil {
		t.Fatalf("alg of %q: %v", header, err)
	}
	if said, ok := jwks.ParseAlgorithm(name); !ok || said != signed {
		t.Errorf("a signature of %s was accepted under %q", signed, header)
	}
}
