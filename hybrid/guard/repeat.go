package guard

import (
	"context"
	"time"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// repeated is mode ttl-cache: yes is repeated until the TTL or the token is over. No is not remembered, since a stranger can make up as
// many tokens as he likes, and neither is an error.
func (g *Guard) repeated(ctx context.Context, token session.Handle, at time.Time) (*introspect.Answer, error) {
	v, p := g.memory.find(token.Reveal())
	if v != nil && !v.answer.ExpiresAt.Passed(at) && younger(v.asked, at, g.cfg.TTL) {
		return &v.answer, nil
	}
	a, err := g.ask(ctx, token)
	if a == nil {
		g.memory.forget(token.Reveal())
		return nil, err
	}
	// The answer is as old as the question.
	g.memory.keep(token.Reveal(), &verdict{print: p, answer: *a, asked: at, over: session.DateOf(at.Add(g.cfg.TTL)) + 1})
	return a, nil
}

// younger compares the age of an answer by both clocks.
func younger(asked, at time.Time, ttl time.Duration) bool {
	return within(ttl, at.Sub(asked), at.Round(0).Sub(asked.Round(0)))
}

// within goes by whichever clock says that more time has passed: the monotonic one stands still while the machine sleeps, the other one may
// be set back.
func within(ttl, monotonic, wall time.Duration) bool { return max(monotonic, wall) < ttl }
