package part

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
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
	// verdictTokens come in turn, far apart from each other. What is remembered of them is more than most processors' caches hold. To sign and to see
	// them takes some seconds, and 120 MB.
	verdictTokens = 100_000
	// verdictBatch are read before they are judged: the text of a request is in the processor's cache, since it was just read from its connection. The
	// verdicts are not.
	verdictBatch  = 256
	verdictStride = 7919 // a prime
)

// verdicts are those of a guard that has seen all of its tokens.
type verdicts struct {
	guard  *guard.Guard
	tokens []session.Handle
	at     time.Time
	next   int
	batch  [verdictBatch]session.Handle
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

func newVerdicts(ctx context.Context, tokens int, at time.Time) (*verdicts, error) {
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
	v := &verdicts{guard: g, tokens: make([]session.Handle, tokens), at: at}
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

// again is how long a verdict takes that the guard remembers, without the reading of the texts.
func (v *verdicts) again(ctx context.Context, stretch time.Duration) (time.Duration, error) {
	n, took := 0, time.Duration(0)
	for took < stretch {
		if err := v.arrive(); err != nil {
			return 0, err
		}
		begun := time.Now()
		for _, token := range v.batch {
			answer, err := v.guard.Answer(ctx, token, v.at)
			if err != nil || !answer.Active {
				return 0, errors.Join(errors.New("a remembered verdict is another one"), err)
			}
		}
		took += time.Since(begun)
		n += verdictBatch
	}
	if n == 0 {
		return 0, errors.New("no time for a verdict")
	}
	return took / time.Duration(n), nil
}

// arrive reads the texts of the next batch through.
func (v *verdicts) arrive() error {
	dots := 0
	for i := range v.batch {
		v.next = (v.next + verdictStride) % len(v.tokens)
		v.batch[i] = v.tokens[v.next]
		dots += strings.Count(v.batch[i].Reveal(), ".")
	}
	if dots != 2*verdictBatch {
		return fmt.Errorf("%d dots in %d tokens", dots, verdictBatch)
	}
	return nil
}
