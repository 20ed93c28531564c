package hybrid_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/hybrid/jwks"
)

// What does a first verification cost over the bare signature check and one decoding of the claims? At most 1.3 times as much is the aim.

func BenchmarkVerify(b *testing.B) {
	ring := newRing(b, jwks.EdDSA)
	token, _, err := minter(b, ring).Mint(request(), now)
	if err != nil {
		b.Fatal(err)
	}
	v, text := verifier(b, ring), token.Reveal()
	b.ReportAllocs()
	for b.Loop() {
		if verdict, err := v.Verify(context.Background(), text, now); err != nil || !verdict.Good {
			b.Fatal(verdict, err)
		}
	}
}

func BenchmarkBareCheckAndDecode(b *testing.B) {
	ring := newRing(b, jwks.EdDSA)
	token, _, err := minter(b, ring).Mint(request(), now)
	if err != nil {
		b.Fatal(err)
	}
	text := token.Reveal()
	cut := strings.LastIndexByte(text, '.')
	signed := []byte(text[:cut])
	signature, _ := b64.DecodeString(text[cut+1:])
	payload, _ := b64.DecodeString(strings.Split(text, ".")[1])
	public, _ := ring.Public(now).Keys()[0].Public.(ed25519.PublicKey)
	b.ReportAllocs()
	for b.Loop() {
		var claims struct {
			Iss, Sub, Aud, Jti, Scope, Sid, Tid, Log, Acr string
			Client                                        string `json:"client_id"`
			Exp, Iat, Nbf, Asof, AuthTime                 int64
			Amr                                           []string
		}
		if !ed25519.Verify(public, signed, signature) || json.Unmarshal(payload, &claims) != nil {
			b.Fatal("bad")
		}
	}
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
