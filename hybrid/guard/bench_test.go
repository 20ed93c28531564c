package guard_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

const distinct = 100_000

// crowd is a guard that has seen a hundred thousand tokens, and the tokens.
func crowd(b *testing.B) (*guard.Guard, []session.Handle, time.Time) {
	b.Helper()
	a := attacker{guardtest.New(b), b}
	k, _, err := a.Config(guard.JWT, "orders").Keys.Find(b.Context(), a.KeyID(), time.Now())
	if err != nil {
		b.Fatal(err)
	}
	keys, err := jwks.NewSet(k)
	if err != nil {
		b.Fatal(err)
	}
	g, err := guard.New(guard.Config{Mode: guard.JWT, Issuer: a.URL, Audience: "orders", Keys: keys, Algorithms: []jwks.Algorithm{jwks.EdDSA}})
	if err != nil {
		b.Fatal(err)
	}
	tokens, at := make([]session.Handle, distinct), time.Now()
	for i := range tokens {
		tokens[i] = session.Present(a.saying(map[string]any{"iat": at.Unix(), "nbf": at.Unix(), "exp": at.Unix() + 300}))
		if answer, err := g.Answer(b.Context(), tokens[i], at); err != nil || !answer.Active {
			b.Fatal(answer, err)
		}
	}
	return g, tokens, at
}

// batch is how many requests are read before they are judged: their text is in the processor's cache then, as that of a request is which
// was just read from its connection. The verdicts of a hundred thousand tokens are not.
const batch = 256

// arrive has the next tokens read from their connections.
func arrive(tokens, space []session.Handle, at int) {
	for i := range space {
		space[i] = session.Present(strings.Clone(tokens[(at+i*7919)%distinct].Reveal()))
	}
}

// What does a remembered verdict cost, with a hundred thousand tokens that come in turn? At most 500 ns and one allocation is the aim.
func BenchmarkRemembered(b *testing.B) {
	g, tokens, at := crowd(b)
	ctx, space, n := context.Background(), make([]session.Handle, batch), 0
	b.ReportAllocs()
	for b.Loop() {
		if n%batch == 0 {
			b.StopTimer()
			arrive(tokens, space, n*7919%distinct)
			b.StartTimer()
		}
		if a, err := g.Answer(ctx, space[n%batch], at); err != nil || !a.Active {
			b.Fatal(a, err)
		}
		n++
	}
}

// And when the token's text has to be fetched from memory too, and the time asked?
func BenchmarkRememberedCold(b *testing.B) {
	g, tokens, _ := crowd(b)
	ctx, i := context.Background(), 0
	b.ReportAllocs()
	for b.Loop() {
		i = (i + 7919) % distinct
		if a, err := g.Introspect(ctx, tokens[i]); err != nil || !a.Active {
			b.Fatal(a, err)
		}
	}
}

// What does the whole middleware cost, with the header, the context and the handler?
func BenchmarkMiddleware(b *testing.B) {
	g, tokens, _ := crowd(b)
	in := 0
	h := g.Require("orders.read")(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { in++ }))
	requests := make([]*http.Request, 1000)
	for i := range requests {
		requests[i] = request("Bearer " + tokens[i*97].Reveal())
	}
	w, i, n := httptest.NewRecorder(), 0, 0
	b.ReportAllocs()
	for b.Loop() {
		i, n = (i+1)%len(requests), n+1
		h.ServeHTTP(w, requests[i])
	}
	if in != n {
		b.Fatalf("%d of %d came in", in, n)
	}
}
