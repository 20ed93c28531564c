package introspect_test

import (
	"context"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/cache"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sessiontest"
)

// Beside the store, a token is judged for the one who asks.
func ExampleService() {
	ctx := context.Background()
	store := sessiontest.NewMemory()
	callers := caller.NewRegistry(store, nil)
	for _, a := range []session.Audience{
		{Name: "orders", Scopes: "orders.read", Callers: "shop"},
		{Name: "billing", Scopes: "billing.read", Callers: "shop"},
	} {
		if err := store.AddAudience(ctx, a); err != nil {
			fmt.Println(err)
			return
		}
	}
	for _, c := range []caller.Client{
		{ID: "shop", Roles: caller.Login},
		{ID: "orders", Roles: caller.API, Audiences: "orders"},
		{ID: "search", Roles: caller.API, Audiences: "search"},
	} {
		if err := store.AddClient(ctx, c); err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := callers.Load(ctx); err != nil {
		fmt.Println(err)
		return
	}
	finder, err := cache.New(cache.Config{Store: store}) // remembers nothing
	if err != nil {
		fmt.Println(err)
		return
	}
	defer finder.Close()
	service, err := introspect.NewService(introspect.Config{Finder: finder, Callers: callers, Issuer: "https://id.example"})
	if err != nil {
		fmt.Println(err)
		return
	}
	logins, err := session.NewService(session.Config{
		Store: store, Audiences: callers, Lifetimes: session.Lifetimes{Access: time.Minute, Session: time.Hour},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	alice, err := logins.Open(ctx, session.OpenRequest{
		Subject: "alice", Client: "shop", Audience: "orders billing", Scope: "orders.read billing.read",
	}, time.Now())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, who := range []string{"orders", "search"} {
		answer, err := service.As(who, time.Now).Introspect(ctx, alice.Pair.Access)
		fmt.Printf("%s: active=%v sub=%q scope=%q err=%v\n", who, answer.Active, answer.Subject, answer.Scope, err)
	}
	// Output:
	// orders: active=true sub="alice" scope="orders.read" err=<nil>
	// search: active=false sub="" scope="" err=<nil>
}

// The wire has the members of RFC 7662, and one answer for every no.
func ExampleAppendJSON() {
	answer := introspect.Answer{Active: true, Subject: "alice", Audience: "orders", Scope: "orders.read", ExpiresAt: 1767323045}
	fmt.Printf("%s\n", introspect.AppendJSON(nil, answer))
	fmt.Printf("%s\n", introspect.AppendJSON(nil, introspect.Answer{}))
	// Output:
	// {"active":true,"scope":"orders.read","exp":1767323045,"sub":"alice","aud":"orders"}
	// {"active":false}
}

// Whoever asks over HTTP reads the answer strictly.
func ExampleParseAnswer() {
	for _, body := range []string{`{"active":true,"sub":"alice"}`, `{"Active":true,"sub":"alice"}`} {
		answer, err := introspect.ParseAnswer([]byte(body))
		fmt.Println(answer.Active, err)
	}
	// Output:
	// true <nil>
	// false introspection answer: no member active
}
