package run

import (
	"context"
	"errors"
	"fmt"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/report"
)

const exchangeKey = "exchange"

// maxExchanges bounds what one round exchanges; more would only take longer.
const maxExchanges = 10_000

// addExchange adds what it takes to make an internal token of one that the daemon remembers: a signature, since no token is exchanged twice.
func (q *questions) addExchange() {
	n := 0
	q.add(row{exchangeKey, "token exchange, a signature each", floorKey, q.connections, func(ctx context.Context) (report.Round, error) {
		tokens, err := q.unsigned(&n)
		if err != nil {
			return report.Round{}, err
		}
		job := (&house{stock: q.stocks[q.middle()]}).exchange(audience)
		job.Items, job.Once, job.Connections, job.Window, job.Capture = tokens, true, q.connections, maxWindow, ""
		return q.signed(ctx, func() (report.Round, error) { return q.once(ctx, q.warm, q.seen(tokens), job) })
	}})
}

// unsigned are the tokens of a row's n-th round, of which no other has any.
func (q *questions) unsigned(n *int) ([]string, error) {
	if q.warm == nil {
		return nil, errNotStarted
	}
	all := q.stocks[q.middle()].tokens
	size := min(len(all)/q.rounds, maxExchanges)
	*n++
	return all[(*n-1)*size : *n*size], nil
}

// seen is a job after which the daemon remembers the tokens.
func (q *questions) seen(tokens []string) *load.Job {
	job := introspection(q.stocks[q.middle()].authorization(api(audience)), active, tokens)
	job.Once, job.Connections, job.Window = true, q.connections, maxWindow
	return &job
}

// signed holds a round to what it is said to be: one signature for each answer.
func (q *questions) signed(ctx context.Context, exchange func() (report.Round, error)) (report.Round, error) {
	r, made, err := q.counted(ctx, exchange)
	if err == nil && made != r.Right {
		err = fmt.Errorf("%d signatures were made for %d tokens", made, r.Right)
	}
	return r, err
}

// counted is a round, and how many signatures were made in it.
func (q *questions) counted(ctx context.Context, exchange func() (report.Round, error)) (report.Round, int, error) {
	before, err := signatures(ctx, q.warm)
	if err != nil {
		return report.Round{}, 0, err
	}
	r, err := exchange()
	if err != nil {
		return r, 0, err
	}
	after, err := signatures(ctx, q.warm)
	return r, int(after - before), err
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
