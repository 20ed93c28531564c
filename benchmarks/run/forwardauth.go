package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/report"
)

const (
	doorKey       = "forward-auth"
	doorSignedKey = "forward-auth-signed"
)

// addForwardAuth adds a gateway's question whose answer is an internal token that was made before, and the same with one that has to be made.
func (q *questions) addForwardAuth() {
	q.add(row{doorKey, "forward-auth, remembered", floorKey, q.connections, func(ctx context.Context) (report.Round, error) {
		if err := q.acquaint(ctx); err != nil {
			return report.Round{}, err
		}
		_, job := q.windows(door("", q.remembered()), q.connections)
		r, made, err := q.counted(ctx, func() (report.Round, error) { return q.once(ctx, q.warm, nil, job) })
		if err == nil && made > r.Right/1000 { // the life of some may have come to its half
			err = fmt.Errorf("%d signatures were made for %d answers that should have been remembered", made, r.Right)
		}
		return r, err
	}})
	n := 0
	q.add(row{doorSignedKey, "forward-auth, a signature each", floorKey, q.connections, func(ctx context.Context) (report.Round, error) {
		tokens, err := q.unsigned(&n)
		if err != nil {
			return report.Round{}, err
		}
		// With a scope it is another exchange than the one that is remembered.
		job := door("&scope=orders%3Aread", tokens)
		job.Once, job.Connections, job.Window = true, q.connections, maxWindow
		return q.signed(ctx, func() (report.Round, error) { return q.once(ctx, q.warm, q.seen(tokens), job) })
	}})
}

// passes bound how often tokens are shown to a daemon until it remembers what it has made of all. What it makes of one takes the place of another.
const passes = 20

// acquaint has the daemon remember what it makes of the tokens that are asked about again and again.
func (q *questions) acquaint(ctx context.Context) error {
	if q.warm == nil {
		return errNotStarted
	}
	job := door("", q.remembered())
	job.Once, job.Connections, job.Window = true, q.connections, maxWindow
	for range passes {
		_, made, err := q.counted(ctx, func() (report.Round, error) { return q.once(ctx, q.warm, nil, job) })
		if err != nil || made == 0 {
			return err
		}
	}
	return errors.New("the daemon does not remember what it has made of the tokens")
}

// door is a gateway's question.
func door(more string, tokens []string) load.Job {
	return load.Job{
		Request: load.Request{Method: "GET", Path: "/forward-auth?audience=" + audience + more, Header: []string{"Authorization: Bearer " + load.Mark}},
		Items:   tokens, Expect: load.Expect{Status: 200}, Window: time.Minute,
	}
}
