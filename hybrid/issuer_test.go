package hybrid_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/hybrid/keyring/keyringtest"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

const (
	issuer   = "https://issuer.example"
	audience = "orders"
	logID    = "log-1"
)

var now = time.Unix(1_800_000_000, 0)

// forger signs whatever it is told to, with a good key.
type forger struct {
	set    jwks.Set
	signer ed25519.PrivateKey
	id     string
}

func newForger(t testing.TB) *forger {
	t.Helper()
	public, signer, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := jwks.Key{Algorithm: jwks.EdDSA, Public: public}
	k.ID = k.Thumbprint()
	set, err := jwks.NewSet(k)
	if err != nil {
		t.Fatal(err)
	}
	return &forger{set, signer, k.ID}
}

var b64 = base64.RawURLEncoding

func (f *forger) sign(header, payload string) string {
	text := b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString([]byte(payload))
	return text + "." + b64.EncodeToString(ed25519.Sign(f.signer, []byte(text)))
}

func (f *forger) header() string { return `{"alg":"EdDSA","typ":"at+jwt","kid":"` + f.id + `"}` }

// goodClaims is a claims set that is accepted; each test changes it.
func goodClaims() map[string]any {
	return map[string]any{
		"iss": issuer, "sub": "alice", "aud": audience, "exp": now.Unix() + 60, "iat": now.Unix(), "nbf": now.Unix(),
		"jti": "0190163d-8694-739b-aea5-966c26f8ad90", "client_id": "web", "scope": "read write",
		"sid": "0190163d-8694-739b-aea5-966c26f8ad91", "tid": "0190163d-8694-739b-aea5-966c26f8ad92", "log": logID, "asof": 7,
	}
}

func (f *forger) with(t testing.TB, changes map[string]any) string {
	t.Helper()
	claims := goodClaims()
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == missing })
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return f.sign(f.header(), string(payload))
}

// missing in a change takes the claim away.
var missing = struct{}{}

func verifier(t testing.TB, keys hybrid.Keys, change ...func(*hybrid.Config)) *hybrid.Verifier {
	t.Helper()
	cfg := hybrid.Config{Issuer: issuer, Audience: audience, Algorithms: []jwks.Algorithm{jwks.EdDSA}, Keys: keys}
	for _, c := range change {
		c(&cfg)
	}
	v, err := hybrid.NewVerifier(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fault is what a token is refused for, "" if it is good.
func fault(t testing.TB, v *hybrid.Verifier, token string, at time.Time) hybrid.Fault {
	t.Helper()
	verdict, err := v.Verify(context.Background(), token, at)
	if err != nil {
		t.Fatal(err)
	}
	if verdict.Good == (verdict.Fault != "") || !verdict.Good && verdict.Claims != (hybrid.Claims{}) {
		t.Errorf("Verify = %+v: good and faulty, or claims of a refused token", verdict)
	}
	return verdict.Fault
}

func newRing(t testing.TB, algorithm jwks.Algorithm) *keyring.Ring {
	t.Helper()
	seal, err := keyring.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	r, err := keyring.New(keyring.Config{Store: &keyringtest.Memory{}, Seal: seal, Policy: keyring.Policy{Algorithm: algorithm}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Refresh(context.Background(), now); err != nil {
		t.Fatal(err)
	}
	return r
}

func minter(t testing.TB, signer hybrid.Signer) *hybrid.Minter {
	t.Helper()
	m, err := hybrid.NewMinter(hybrid.MintConfig{Issuer: issuer, Signer: signer})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// active is what introspection says of alice's handle.
func active() introspect.Answer {
	return introspect.Answer{
		Active: true, TokenType: "Bearer", Issuer: issuer, Subject: "alice", Username: "alice", Client: "web",
		Audience: session.ListOf(audience, "stock"), Scope: session.ListOf("read", "write", "admin"),
		ID: "0190163d-8694-739b-aea5-966c26f8ad92", Session: "0190163d-8694-739b-aea5-966c26f8ad91",
		IssuedAt: session.DateOf(now) - 10, NotBefore: session.DateOf(now) - 10, ExpiresAt: session.DateOf(now) + 890,
		AuthTime: session.DateOf(now) - 3600, ACR: "urn:example:loa:2", AMR: session.ListOf("pwd", "otp"), Asof: 41,
	}
}

func request() *hybrid.Request {
	return &hybrid.Request{Answer: active(), Log: logID, Audience: audience, Scope: session.ListOf("read")}
}
