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
	if a, sure := g.recall(ctx, token, at); sure {
		return a, nil
	}
	err := errOtherLog
	for range tries {
		m := moment{mark: g.cfg.Fence.Mark()}
		if err := g.cfg.Fence.Fresh(ctx); err != nil {
			return g.staleAnswer(ctx, token, at, err)
		}
		m.lease = g.cfg.Fence.Lease()
		var a *introspect.Answer
		if a, err = g.local(ctx, token, at, &m); !errors.Is(err, errOtherLog) {
			return a, err
		}
		if g.cfg.Fence.Mark().Era == m.mark.Era {
			break // it is no other by now
		}
	}
	return g.staleAnswer(ctx, token, at, err)
}

// recall is most calls: the verdict is remembered and the lease lives. It reads the clock once, which is dear: of the clocks that count
// the time a machine sleeps none can be read without a call of the kernel. Time since a reading of it a while ago is no substitute. The
// monotonic clock stands still during sleep, and the wall clock may be set back by as much as it lasted; either would have a lease that was
// over in the evening believed in the morning.
func (g *Guard) recall(ctx context.Context, token string, at time.Time) (a *introspect.Answer, sure bool) {
	lease := g.cfg.Fence.Lease()
	v, _ := g.memory.find(token)
	if v == nil {
		return nil, false
	}
	switch now, err := g.now(ctx, v, at, &moment{lease: lease}); {
	case err != nil, now == doubtful:
		return nil, false // the long way says why
	case now == over:
		return nil, true
	}
	return &v.answer, true
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

// Stats is what a guard can say of itself, for its service's own metrics.
type Stats struct {
	Mode         Mode
	StaleRule    Stale         // "" outside of mode jwt-lease
	StaleAnswers uint64        // given by that rule
	Lease        time.Duration // what remains of it, in mode jwt-lease; 0: the rule answers
	Applied      session.Seq   // the newest taking-back that is known here; 0 outside of mode jwt-lease
}

// Stats reads them. It costs one reading of the clock.
func (g *Guard) Stats() Stats {
	s := Stats{Mode: g.cfg.Mode, StaleAnswers: g.StaleAnswers()}
	if g.cfg.Fence != nil {
		m := g.cfg.Fence.Mark()
		s.StaleRule = g.cfg.Stale
		s.Lease, s.Applied = g.cfg.Fence.Lease().Rest(m.At), m.Asof
	}
	return s
}
