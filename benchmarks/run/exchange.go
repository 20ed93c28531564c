package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/introspectd/introspectd/benchmarks/report"
)

const exchangeKey = "exchange"

// maxExchanges bounds what one round exchanges; more would only take longer.
const maxExchanges = 10_000

// addExchange adds what it takes to make an internal token of one that the daemon remembers: a signature, since no token is exchanged twice.
func (q *questions) addExchange() {
	n := 0
	q.add(row{exchangeKey, "token exchange, a signature each", floorKey, q.connections, func(ctx context.Context) (report.Round, error) {
		if q.warm == nil {
			return report.Round{}, errNotStarted
		}
		s := q.stocks[q.middle()]
		size := min(len(s.tokens)/q.rounds, maxExchanges)
		tokens := s.tokens[n*size : (n+1)*size]
		n++
		first := introspection(s.authorization(api(audience)), active, tokens)
		first.Once, first.Connections, first.Window = true, q.connections, maxWindow
		job := (&house{stock: s}).exchange(audience)
		job.Items, job.Once, job.Connections, job.Window, job.Capture = tokens, true, q.connections, maxWindow, ""
		return q.signed(ctx, func() (report.Round, error) { return q.once(ctx, q.warm, &first, job) })
	}})
}

// signed holds a round to what it is said to be: one signature for each answer.
func (q *questions) signed(ctx context.Context, exchange func() (report.Round, error)) (report.Round, error) {
	before, err := signatures(ctx, q.warm)
	if err != nil {
		return report.Round{}, err
	}
	r, err := exchange()
	if err != nil {
		return r, err
	}
	after, err := signatures(ctx, q.warm)
	if made := int(after - before); err == nil && made != r.Right {
		err = fmt.Errorf("%d signatures were made for %d tokens", made, r.Right)
	}
	return r, err
}

// signatures are those that a daemon has put under tokens.
func signatures(ctx context.Context, s *server) (float64, error) {
	page, err := s.get(ctx, "/metrics")
	if err != nil {
		return 0, err
	}
	n, found := metric(page, "introspectd_signatures_total", `what="token"`)
	if !found {
		return 0, errors.New("/metrics does not count signatures")
	}
	return n, nil
}
