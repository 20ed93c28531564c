package httpapi_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/internal/httpapi"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/introspecttest"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sessiontest"
)

// worldly answers at the time of the test's world, which its own clock decides.
type worldly struct {
	*introspect.Service
	now func() time.Time
}

func (w worldly) Answer(ctx context.Context, c *caller.Client, token session.Handle, _ time.Time) (introspect.Answer, error) {
	return w.Service.Answer(ctx, c, token, w.now())
}

// Asked over HTTP, the question has the same answers as beside the store.
func TestTheRemoteDistanceTellsTheSameTruths(t *testing.T) {
	introspecttest.Run(t, overHTTP)
}

// An internal token that is asked about over HTTP is worth what the handle is that it was made of, to the API that it is for and until its own end.
func TestTheRemoteDistanceTellsTheSameTruthsOfSignedTokens(t *testing.T) {
	i := guardtest.New(t)
	introspecttest.RunFrom(t, introspecttest.Distance{
		Name: "signed",
		Ask:  overHTTP,
		Exchange: func(f introspecttest.Fixture, a introspect.Answer, to session.Audience, at time.Time) (session.Handle, error) {
			m, err := hybrid.NewMinter(hybrid.MintConfig{Issuer: f.Issuer, Signer: i})
			if err != nil {
				return session.Handle{}, err
			}
			token, _, err := m.Mint(&hybrid.Request{Answer: a, Log: f.Node.Log(), Audience: to.Name, Scope: a.Scope.And(to.Scopes)}, at)
			return token, err
		},
		Signed: func(f introspecttest.Fixture) (introspect.Signed, error) {
			return hybrid.NewReader(hybrid.ReaderConfig{Issuer: f.Issuer, Keys: i.Config(guard.JWT, "orders").Keys, Finder: f.Cache, Fence: f.Node})
		},
	})
}

func overHTTP(t *testing.T, f introspecttest.Fixture) introspect.Introspector {
	sessions, err := session.NewService(session.Config{
		Store: sessiontest.NewMemory(), Audiences: f.Callers, Lifetimes: session.Lifetimes{Access: time.Hour, Session: time.Hour},
	})
	if err != nil {
		t.Fatal(err)
	}
	server, err := httpapi.New(httpapi.Config{
		Issuer: f.Issuer, Sessions: sessions, Answers: worldly{f.Service, f.Now}, Callers: f.Callers,
		Failures: caller.NewThrottle(0, 0), // cases end with callers that are disabled
	})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server.Handler())
	t.Cleanup(listening.Close)
	client, err := remote.New(remote.Config{Endpoint: listening.URL + "/introspect", ClientID: f.Caller, Secret: f.Secret, Issuer: f.Issuer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}
