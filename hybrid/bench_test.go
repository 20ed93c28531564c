package hybrid_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
)

// What does a first verification cost over the bare signature check and one decoding of the claims? At most 1.3 times as much is the aim.

func BenchmarkVerify(b *testing.B) {
	inEachAlgorithm(b, func(b *testing.B, ring *keyring.Ring) {
		token, _, err := minter(b, ring).Mint(request(), now)
		if err != nil {
			b.Fatal(err)
		}
		all := func(c *hybrid.Config) { c.Algorithms = []jwks.Algorithm{jwks.EdDSA, jwks.ES256, jwks.RS256} }
		v, text := verifier(b, ring, all), token.Reveal()
		b.ReportAllocs()
		for b.Loop() {
			if verdict, err := v.Verify(context.Background(), text, now); err != nil || !verdict.Good {
				b.Fatal(verdict, err)
			}
		}
	})
}

func BenchmarkBareCheckAndDecode(b *testing.B) {
	inEachAlgorithm(b, func(b *testing.B, ring *keyring.Ring) {
		token, _, err := minter(b, ring).Mint(request(), now)
		if err != nil {
			b.Fatal(err)
		}
		text := token.Reveal()
		cut := strings.LastIndexByte(text, '.')
		signed := []byte(text[:cut])
		signature, _ := b64.DecodeString(text[cut+1:])
		payload, _ := b64.DecodeString(strings.Split(text, ".")[1])
		check := bare(ring.Public(now).Keys()[0].Public, signature)
		b.ReportAllocs()
		for b.Loop() {
			var claims struct {
				Iss, Sub, Aud, Jti, Scope, Sid, Tid, Log, Acr string
				Client                                        string `json:"client_id"`
				Exp, Iat, Nbf, Asof, AuthTime                 int64
				Amr                                           []string
			}
			if !check(signed) || json.Unmarshal(payload, &claims) != nil {
				b.Fatal("bad")
			}
		}
	})
}

func inEachAlgorithm(b *testing.B, run func(*testing.B, *keyring.Ring)) {
	for _, a := range []jwks.Algorithm{jwks.EdDSA, jwks.ES256, jwks.RS256} {
		b.Run(string(a), func(b *testing.B) { run(b, newRing(b, a)) })
	}
}

// bare is the check of one signature by the standard library.
func bare(key any, signature []byte) func(signed []byte) bool {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return func(signed []byte) bool {
			d := sha256.Sum256(signed)
			return ecdsa.Verify(k, d[:], r, s)
		}
	case *rsa.PublicKey:
		return func(signed []byte) bool {
			d := sha256.Sum256(signed)
			return rsa.VerifyPKCS1v15(k, crypto.SHA256, d[:], signature) == nil
		}
	}
	return func(signed []byte) bool { return ed25519.Verify(key.(ed25519.PublicKey), signed, signature) }
}

// What does minting cost over the bare signature? At most 1.2 times as much is the aim.

func BenchmarkMint(b *testing.B) {
	m, q := minter(b, newRing(b, jwks.EdDSA)), request()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := m.Mint(q, now); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBareSignature(b *testing.B) {
	f := newForger(b)
	text := []byte(f.with(b, nil))
	for b.Loop() {
		ed25519.Sign(f.signer, text)
	}
}
