package hybrid_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/hybrid/keyring/keyringtest"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// The issuer makes a token of an answer; a service checks it with the issuer's public keys.
func Example() {
	ctx, at := context.Background(), time.Unix(1_800_000_000, 0)

	seal, err := keyring.NewSealer([]byte("thirty-two bytes of a server key"))
	if err != nil {
		log.Fatal(err)
	}
	ring, err := keyring.New(keyring.Config{Store: &keyringtest.Memory{}, Seal: seal})
	if err != nil {
		log.Fatal(err)
	}
	if err := ring.Refresh(ctx, at); err != nil {
		log.Fatal(err)
	}
	m, err := hybrid.NewMinter(hybrid.MintConfig{Issuer: "https://issuer.example", Signer: ring})
	if err != nil {
		log.Fatal(err)
	}
	token, _, err := m.Mint(&hybrid.Request{
		Answer: introspect.Answer{
			Active: true, TokenType: "Bearer", Subject: "alice", Client: "web", Audience: "orders stock", Scope: "read write",
			ID: session.NewID().String(), Session: session.NewID().String(), ExpiresAt: session.DateOf(at.Add(15 * time.Minute)), Asof: 41,
		},
		Log: "log-1", Audience: "orders", Scope: "read",
	}, at)
	if err != nil {
		log.Fatal(err)
	}

	v, err := hybrid.NewVerifier(hybrid.Config{
		Issuer: "https://issuer.example", Audience: "orders", Algorithms: []jwks.Algorithm{jwks.EdDSA}, Keys: ring.Public(at),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, later := range []time.Duration{0, time.Minute, 2 * time.Minute} {
		verdict, err := v.Verify(ctx, token.Reveal(), at.Add(later))
		fmt.Println(verdict.Good, verdict.Claims.Subject, verdict.Claims.Scope, verdict.Fault, err)
	}
	// Output:
	// true alice read  <nil>
	// true alice read  <nil>
	// false   expired <nil>
}
