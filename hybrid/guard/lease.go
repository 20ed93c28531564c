package guard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// leased is mode jwt-lease. The mark comes first, then the lease, then the set (see [revocation.Holder]), all after the question has arrived.
func (g *Guard) leased(ctx context.Context, token string, at time.Time) (*introspect.Answer, error) {
	err := errOtherLog
	for range tries {
		mark := g.cfg.Fence.Mark()
		if err := g.cfg.Fence.Fresh(ctx); err != nil {
			return g.staleAnswer(ctx, token, at, err)
		}
		var a *introspect.Answer
		if a, err = g.local(ctx, token, at, &mark); !errors.Is(err, errOtherLog) {
			return a, err
		}
		if g.cfg.Fence.Mark().Era == mark.Era {
			break // it is no other by now
		}
	}
	return g.staleAnswer(ctx, token, at, err)
}

// tries is how often a token is judged anew because another history began in the midst of it, as when the first is heard of.
const tries = 3

// errOtherLog means that a token counts in a log that is not followed here: a database was restored, and one of the two has not heard of it.
var errOtherLog = fmt.Errorf("%w: the token counts in another revocation log", session.ErrUnavailable)

// staleAnswer follows the rule for the time in which nothing is heard.
func (g *Guard) staleAnswer(ctx context.Context, token string, at time.Time, why error) (*introspect.Answer, error) {
	g.stale.Add(1)
	switch g.cfg.Stale {
	case StaleIntrospect:
		return g.ask(ctx, session.Present(token))
	case StaleAcceptUntilExp:
		return g.local(ctx, token, at, nil)
	default:
		return nil, unavailable(why)
	}
}

// StaleAnswers counts the answers that were given by the rule of [Config].Stale, because nothing was heard of the log. In mode jwt-lease it is
// worth a metric and an alert: with accept-until-exp each of them may have been a token that was taken back.
func (g *Guard) StaleAnswers() uint64 { return g.stale.Load() }
