package main

import (
	"context"
	"sync"

	"github.com/introspectd/introspectd/hybrid/exchange"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// exchanger exchanges, and when it gets no more tokens it goes on with the last one for as long as that is taken: a thief would.
type exchanger struct {
	client *exchange.Client
	secret func(kind, text string)
	last   sync.Map // by service
}

func (x *exchanger) token(ctx context.Context, held session.Handle, to *service) (string, error) {
	made, _, err := x.client.Token(ctx, held, to.name, to.scope)
	if err == nil {
		x.secret("internal token", made.Reveal())
		x.last.Store(to.name, made)
		return made.Reveal(), nil
	}
	if old, ok := x.last.Load(to.name); ok {
		return old.(session.Handle).Reveal(), nil
	}
	return "", err
}

// exchanger exchanges as one of the clients.
func (in *installation) exchanger(client string) (*exchanger, error) {
	c, err := exchange.New(exchange.Config{
		TokenEndpoint: in.url + "/token", ClientID: client, Secret: oauth.NewSecret(in.secrets[client].Reveal()), HTTPClient: in.counted(),
	})
	return &exchanger{client: c, secret: in.secret}, err
}
