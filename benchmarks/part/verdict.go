package part

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

const (
	verdictIssuer   = "https://issuer.example"
	verdictAudience = "orders"
	// verdictTokens come in turn. They are more than a processor's nearest cache holds.
	verdictTokens = 1000
)

// verdicts are those of a guard that has seen all of its tokens.
type verdicts struct {
	guard  *guard.Guard
	tokens []session.Handle
	at     time.Time
	next   int
}

// scribe signs internal tokens with one key.
type scribe struct {
	key  jwks.Key
	sign ed25519.PrivateKey
}

// Sign implements [hybrid.Signer].
func (s scribe) Sign(dst []byte, typ string, payload []byte, _ time.Time) ([]byte, error) {
	from := len(dst)
	dst = base64.RawURLEncoding.AppendEncode(dst, fmt.Appendf(nil, `{"alg":"EdDSA","typ":%q,"kid":%q}`, typ, s.key.ID))
	dst = base64.RawURLEncoding.AppendEncode(append(dst, '.'), payload)
	return base64.RawURLEncoding.AppendEncode(append(dst, '.'), ed25519.Sign(s.sign, dst[from:])), nil
}

func newVerdicts(ctx context.Context, at time.Time) (*verdicts, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	k := jwks.Key{ID: "benchmarks", Algorithm: jwks.EdDSA, Public: public}
	keys, err := jwks.NewSet(k)
	if err != nil {
		return nil, err
	}
	g, err := guard.New(guard.Config{Mode: guard.JWT, Issuer: verdictIssuer, Audience: verdictAudience, Keys: keys, Algorithms: []jwks.Algorithm{jwks.EdDSA}})
	if err != nil {
		return nil, err
	}
	minter, err := hybrid.NewMinter(hybrid.MintConfig{Issuer: verdictIssuer, Signer: scribe{k, private}})
	if err != nil {
		return nil, err
	}
	v := &verdicts{guard: g, tokens: make([]session.Handle, verdictTokens), at: at}
	for i := range v.tokens {
		scope := session.ListOf("orders:read")
		v.tokens[i], _, err = minter.Mint(&hybrid.Request{Log: "benchmarks", Audience: verdictAudience, Scope: scope, Answer: introspect.Answer{
			Active: true, TokenType: "Bearer", Subject: fmt.Sprintf("user-%07d", i), Client: "web", Audience: session.ListOf(verdictAudience), Scope: scope,
			ID: session.NewID().String(), Session: session.NewID().String(), IssuedAt: session.DateOf(at), ExpiresAt: session.DateOf(at.Add(time.Hour)),
		}}, at)
		if err != nil {
			return nil, err
		}
		if answer, err := g.Answer(ctx, v.tokens[i], at); err != nil || !answer.Active {
			return nil, errors.Join(errors.New("a guard does not take a good token"), err)
		}
	}
	return v, nil
}

// again is how long a verdict takes that the guard remembers.
func (v *verdicts) again(ctx context.Context, stretch time.Duration) (time.Duration, error) {
	n, begun := 0, time.Now()
	for ; time.Since(begun) < stretch; n += 100 { // so that looking at the clock does not count
		for range 100 {
			answer, err := v.guard.Answer(ctx, v.tokens[v.next], v.at)
			if err != nil || !answer.Active {
				return 0, errors.Join(errors.New("a remembered verdict is another one"), err)
			}
			v.next = (v.next + 1) % len(v.tokens)
		}
	}
	if n == 0 {
		return 0, errors.New("no time for a verdict")
	}
	return time.Since(begun) / time.Duration(n), nil
}
