package guard_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

const distinct = 100_000

// crowd is a guard that has seen so many tokens, and the tokens.
func crowd(b testing.TB, fence guard.Fence, n int) (*guard.Guard, []session.Handle, time.Time) {
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
	cfg := guard.Config{Mode: guard.JWT, Issuer: a.URL, Audience: "orders", Keys: keys, Algorithms: []jwks.Algorithm{jwks.EdDSA}}
	if fence != nil {
		cfg.Mode, cfg.Fence, cfg.Stale = guard.JWTLease, fence, guard.StaleReject
	}
	g, err := guard.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	tokens, at := make([]session.Handle, n), time.Now()
	for i := range tokens {
		tokens[i] = session.Present(a.saying(map[string]any{"iat": at.Unix(), "nbf": at.Unix(), "exp": at.Unix() + 300, "asof": 0}))
		if answer, err := g.Answer(b.Context(), tokens[i], at); err != nil || !answer.Active {
			b.Fatal(answer, err)
		}
	}
	return g, tokens, at
}

// batch is how many requests are read before they are judged: their text is in the processor's cache then, as that of a request is which
// was just read from its connection. The verdicts of a hundred thousand tokens are not.
const batch = 256

// arrive reads the next texts through. It makes nothing, or the collector would run beside what is measured.
func arrive(tokens, space []session.Handle, at int) (sum int) {
	for i := range space {
		space[i] = tokens[(at+i*7919)%distinct]
		sum += strings.Count(space[i].Reveal(), ".")
	}
	return sum
}

// What does a remembered verdict cost, with a hundred thousand tokens that come in turn? At most 500 ns and one allocation is the aim.
func BenchmarkRemembered(b *testing.B) { remembered(b, nil) }

// And in mode jwt-lease, when nothing was taken back lately, and when something was? One reading of the clock is part of it.
func BenchmarkRememberedUnderALease(b *testing.B) {
	for _, c := range []struct {
		name  string
		taken int
	}{{"empty set", 0}, {"entries in the set", 1000}} {
		b.Run(c.name, func(b *testing.B) {
			store := &ledger{}
			node := follower(b, store)
			for i := range c.taken {
				if seq := store.revoke(session.BySession(session.NewID())); i == c.taken-1 {
					if err := node.Settle(b.Context(), seq); err != nil {
						b.Fatal(err)
					}
				}
			}
			remembered(b, node)
		})
	}
}

func remembered(b *testing.B, fence guard.Fence) {
	g, tokens, at := crowd(b, fence, distinct)
	ctx, space, n := context.Background(), make([]session.Handle, batch), 0
	b.ReportAllocs()
	for b.Loop() {
		if n%batch == 0 {
			b.StopTimer()
			if dots := arrive(tokens, space, n*7919%distinct); dots != 2*batch {
				b.Fatalf("%d dots in %d tokens", dots, batch)
			}
			b.StartTimer()
		}
		if a, err := g.Answer(ctx, space[n%batch], at); err != nil || !a.Active {
			b.Fatal(a, err)
		}
		n++
	}
}

// How much of that is the lease? Batches under it and without take turns, and of each kind the one in the middle counts, so that what else the machine
// does falls on both. At most 100 ns more is the aim.
func BenchmarkWhatALeaseAdds(b *testing.B) {
	store := &ledger{}
	node := follower(b, store)
	for range 1000 {
		store.revoke(session.BySession(session.NewID()))
	}
	var guards [2]*guard.Guard
	var tokens [2][]session.Handle
	var at time.Time
	guards[0], tokens[0], _ = crowd(b, nil, distinct)
	guards[1], tokens[1], at = crowd(b, node, distinct)
	ctx, space, n := context.Background(), make([]session.Handle, batch), 0
	var took [2][]time.Duration
	for b.Loop() {
		for i, g := range guards {
			arrive(tokens[i], space, n*batch*7919%distinct)
			begun := time.Now()
			for _, token := range space {
				if a, err := g.Answer(ctx, token, at); err != nil || !a.Active {
					b.Fatal(a, err)
				}
			}
			took[i] = append(took[i], time.Since(begun))
		}
		n++
	}
	var each [2]float64
	for i := range took {
		slices.Sort(took[i])
		each[i] = float64(took[i][len(took[i])/2]) / batch
	}
	b.ReportMetric(each[0], "jwt-ns")
	b.ReportMetric(each[1], "jwt-lease-ns")
	b.ReportMetric(each[1]-each[0], "added-ns")
}

// And when the token's text has to be fetched from memory too, and the time asked?
func BenchmarkRememberedCold(b *testing.B) {
	g, tokens, _ := crowd(b, nil, distinct)
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
	g, tokens, _ := crowd(b, nil, distinct)
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
