package guard_test

import (
	"context"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/introspecttest"
	"github.com/introspectd/introspectd/session"
)

// worldly judges at the time of the test's world.
type worldly struct {
	*guard.Guard
	now func() time.Time
}

func (w worldly) Introspect(ctx context.Context, token session.Handle) (introspect.Answer, error) {
	return w.Answer(ctx, token, w.now())
}

// From a signature, the question has the answers that the truth table says: the same as beside the store but for what was taken back, and
// for what an internal token is not.
func TestTheDistanceOfASignatureTellsTheTruthsThatItPromises(t *testing.T) {
	i := guardtest.New(t)
	introspecttest.RunFrom(t, introspecttest.Distance{
		Name: "signature",
		Ask: func(t *testing.T, f introspecttest.Fixture) introspect.Introspector {
			c, ok := f.Callers.Client(f.Caller)
			if !ok || c.Audiences.Len() != 1 {
				return nil // a guard is that of one API
			}
			cfg := i.Config(guard.JWT, string(c.Audiences))
			cfg.Issuer, cfg.Introspector = f.Issuer, nil
			g, err := guard.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			return worldly{g, f.Now}
		},
		Exchange: func(f introspecttest.Fixture, a introspect.Answer, to session.Audience, at time.Time) (session.Handle, error) {
			m, err := hybrid.NewMinter(hybrid.MintConfig{Issuer: f.Issuer, Signer: i})
			if err != nil {
				return session.Handle{}, err
			}
			token, _, err := m.Mint(&hybrid.Request{Answer: a, Log: "log-1", Audience: to.Name, Scope: a.Scope.And(to.Scopes)}, at)
			return token, err
		},
	})
}
