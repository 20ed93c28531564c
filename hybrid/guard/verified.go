package guard

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// local answers from the signature alone. It is checked once; that it was good is remembered, and everything else is looked at again at each
// use. With a moment the fence is asked too, which was found fresh in it.
func (g *Guard) local(ctx context.Context, token string, at time.Time, m *moment) (*introspect.Answer, error) {
	known, p := g.memory.find(token)
	if known != nil {
		now, err := g.now(ctx, known, at, m)
		switch {
		case err != nil:
			return nil, err
		case now == good:
			return &known.answer, nil
		case now == over:
			return nil, nil
		}
	}
	v, err := g.verify(ctx, token, at, m)
	if v == nil {
		return nil, err
	}
	v.print = p
	g.memory.keep(token, v)
	return &v.answer, nil
}

// standing is what becomes of a remembered verdict.
type standing uint8

const (
	over standing = iota // whatever was right then, it is no good now
	good
	doubtful // verify it anew
)

// now holds a remembered verdict against the time, the issuer's keys and, with a moment, the fence.
func (g *Guard) now(ctx context.Context, v *verdict, at time.Time, m *moment) (standing, error) {
	if late := session.DateOf(at.Add(g.leeway)); v.answer.ExpiresAt.Passed(at.Add(-g.leeway)) || v.answer.NotBefore > late || v.answer.IssuedAt > late {
		return over, nil
	}
	key, ok, err := g.cfg.Keys.Find(ctx, v.key.ID, at)
	switch {
	case err != nil:
		return over, unavailable(fmt.Errorf("find signing key: %w", err))
	case !ok: // revoked, or rotated away
		return over, nil
	case !same(&key, v.key), m != nil && v.hangs == nil:
		return doubtful, nil
	case m != nil:
		return v.hangs.judge(g.cfg.Fence, m.lease), nil
	case v.hangs != nil && v.hangs.covered(g.cfg.Fence): // to know that something was taken back needs no lease
		return over, nil
	}
	return good, nil
}

// same reports whether an id still stands for the key that it stood for. Keys of the other kinds may differ as pointers and be the same;
// then the signature is checked once more after the set was fetched anew.
func same(a, b *jwks.Key) bool {
	if a.Algorithm != b.Algorithm {
		return false
	}
	x, ok := a.Public.(ed25519.PublicKey)
	y, too := b.Public.(ed25519.PublicKey)
	if ok || too {
		return ok && too && bytes.Equal(x, y)
	}
	return a.Public == b.Public // pointers
}

// shared is one place for a key that has signed many tokens.
func (g *Guard) shared(k jwks.Key) *jwks.Key {
	if last := g.lastKey.Load(); last != nil && last.ID == k.ID && same(last, &k) {
		return last
	}
	g.lastKey.Store(&k)
	return &k
}

// verify checks everything, and returns a yes, or nil.
func (g *Guard) verify(ctx context.Context, token string, at time.Time, m *moment) (*verdict, error) {
	said, err := g.verifier.Verify(ctx, token, at)
	if err != nil || !said.Good {
		return nil, err
	}
	c := &said.Claims
	key, ok, err := g.cfg.Keys.Find(ctx, c.KeyID, at)
	if err != nil || !ok { // gone in this moment
		return nil, err
	}
	v := g.blank()
	v.answer, v.over, v.key = c.Answer(), c.ExpiresAt+session.Date(hybrid.MaxLeeway/time.Second), g.shared(key)
	if g.cfg.Fence == nil {
		return v, nil
	}
	*v.hangs = hangs{marks: c.Marks(), actors: c.Actors, mark: revocation.Mark{Asof: c.Asof}}
	if m == nil {
		if v.hangs.covered(g.cfg.Fence) { // to know that something was taken back needs no lease
			return nil, nil
		}
		return v, nil
	}
	v.hangs.mark.Era, v.hangs.mark.At = m.mark.Era, m.mark.At
	switch v.hangs.vouched(g.cfg.Fence, c.Log) {
	case good:
		return v, nil
	case over:
		return nil, nil
	default:
		return nil, errOtherLog
	}
}

// blank is a verdict and, behind a fence, room for what it hangs on. The two are one piece: one walk to memory brings both.
func (g *Guard) blank() *verdict {
	if g.cfg.Fence == nil {
		return &verdict{}
	}
	var piece struct {
		verdict
		hangs
	}
	piece.verdict.hangs = &piece.hangs
	return &piece.verdict
}
