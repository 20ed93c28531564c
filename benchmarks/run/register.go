package run

import (
	"context"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore"
)

// What is registered in every database of a run.
const (
	audience    = "orders"
	scope       = "orders:read"
	loginClient = "web"  // opens and ends sessions
	edgeClient  = "edge" // exchanges users' tokens for internal ones
)

// Audiences beside the first: one whose internal tokens live as short as is asked for, and those of the services behind.
const (
	shortAudience = "orders-short"
	secondService = "billing"
	thirdService  = "ledger"
)

// orders is the audience that questions are about.
func orders() session.Audience {
	return session.Audience{Name: audience, Scopes: session.ListOf(scope, "orders:write"), Callers: session.ListOf(loginClient, edgeClient)}
}

// houseAudiences are those of the daemons that modes are compared on. Each service of the row may call the next.
func (o *options) houseAudiences() []session.Audience {
	behind := func(name, before string) session.Audience {
		return session.Audience{Name: name, Scopes: session.ListOf(name + ":read"), Callers: session.ListOf(loginClient, edgeClient, api(before))}
	}
	short := session.Audience{
		Name: shortAudience, Scopes: session.ListOf(shortAudience + ":read"), Callers: session.ListOf(loginClient, edgeClient), JWTTTL: o.jwtTTL,
	}
	return []session.Audience{orders(), short, behind(secondService, audience), behind(thirdService, secondService)}
}

// api is the client that an audience is.
func api(audience string) string { return audience + "-api" }

func named(audiences []session.Audience) (names, scopes session.List) {
	var n, s []string
	for _, a := range audiences {
		n = append(n, a.Name)
		for one := range a.Scopes.All() {
			s = append(s, one)
		}
	}
	return session.ListOf(n...), session.ListOf(s...)
}

// register makes a login service, an edge, and for each audience the API that it is.
func (s *stock) register(ctx context.Context, store *sqlstore.Store, audiences []session.Audience) error {
	clients := []caller.Client{{ID: loginClient, Roles: caller.Login}, {ID: edgeClient, Roles: caller.Gateway}}
	for _, a := range audiences {
		if err := store.AddAudience(ctx, a); err != nil {
			return err
		}
		clients = append(clients, caller.Client{ID: api(a.Name), Roles: caller.API | caller.Service, Audiences: session.ListOf(a.Name)})
	}
	for _, c := range clients {
		s.handles[c.ID] = session.NewHandle(session.ClientSecret)
		c.Method, c.Secret, c.CreatedAt = caller.SecretBasic, s.handles[c.ID].Digest(), session.DateOf(time.Now())
		if err := store.AddClient(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
