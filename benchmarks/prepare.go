package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/report"
	"github.com/introspectd/introspectd/session"
)

// The rows that others are compared with, or that aims are about.
const (
	floorKey   = "floor"
	floorAlone = "floor-alone"
	warmKey    = "warm"
	junkKey    = "junk"
)

// warmUp is for how long a server is asked before a window begins.
const warmUp = 200 * time.Millisecond

// prepare makes databases, starts servers, and says which questions there are.
func (b *bench) prepare(ctx context.Context) error {
	if err := b.build(ctx); err != nil {
		return err
	}
	for _, n := range b.sessions {
		s, err := b.fill(ctx, "sessions-"+strconv.Itoa(n), n)
		if err != nil {
			return err
		}
		b.stocks = append(b.stocks, s)
	}
	if err := b.addFloor(ctx); err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	if err := b.addMemory(ctx); err != nil {
		return fmt.Errorf("warm: %w", err)
	}
	for _, s := range b.stocks {
		b.addCold(s)
	}
	if err := b.addWrites(ctx); err != nil {
		return fmt.Errorf("writes: %w", err)
	}
	return nil
}

// introspection is the question, from a client with these credentials.
func introspection(authorization, contains string, items []string) load.Job {
	return load.Job{
		Request: load.Request{
			Method: "POST", Path: "/introspect", Body: "token=" + load.Mark,
			Header: []string{authorization, "Content-Type: application/x-www-form-urlencoded", "Accept: application/json"},
		},
		Items: items, Expect: load.Expect{Status: 200, Contains: contains},
	}
}

const (
	active   = `"active":true`
	inactive = `"active":false`
)

// windows is a job for one measured window, and the same for its warm-up.
func (b *bench) windows(job load.Job, connections int) (warm *load.Job, measured load.Job) {
	job.Connections, job.Window = connections, b.window
	w := job
	w.Window = warmUp
	return &w, job
}

// steady adds a row whose question can be asked for ever.
func (b *bench) steady(key, title, beside string, connections int, s *server, job load.Job) {
	b.add(row{key, title, beside, connections, func(ctx context.Context) (report.Round, error) {
		warm, measured := b.windows(job, connections)
		return b.once(ctx, s, warm, measured)
	}})
}

func (b *bench) addFloor(ctx context.Context) error {
	password := session.NewHandle(session.ClientSecret)
	s, err := b.start(ctx, strings.NewReader(password.Reveal()), b.self, partFloor)
	if err != nil {
		return err
	}
	job := introspection(basic(apiClient, password), active, b.remembered())
	b.steady(floorKey, "floor: bare gin, Basic, form, 250 bytes", floorKey, b.connections, s, job)
	if b.full {
		b.steady(floorAlone, "floor, one caller", floorAlone, 1, s, job)
	}
	return nil
}

// hot is how many tokens are asked about again and again: more than a processor's nearest caches hold.
const hot = 5000

func (b *bench) remembered() []string { return b.stocks[0].tokens[:hot] }

// addMemory adds what is answered from memory, and what is not worth a look.
func (b *bench) addMemory(ctx context.Context) error {
	d := b.stocks[0].database
	s, err := b.serve(ctx, d, 10*hot)
	if err != nil {
		return err
	}
	job := introspection(d.api, active, b.remembered())
	first := job
	first.Once, first.Connections, first.Window = true, b.connections, time.Minute
	if _, err := b.ask(ctx, s, nil, first); err != nil {
		return fmt.Errorf("ask about every token once: %w", err)
	}
	b.steady(warmKey, "introspection, remembered", floorKey, b.connections, s, job)
	if b.full {
		// An idle server pays for waking up at each request, so one caller is compared with one caller.
		b.steady("warm-alone", "introspection, remembered, one caller", floorAlone, 1, s, job)
	}
	b.addJunk(s, introspection(d.api, inactive, junk(hot)))
	return nil
}

// addJunk adds tokens whose checksum is wrong, and counts what they make the store do.
func (b *bench) addJunk(s *server, job load.Job) {
	b.add(row{junkKey, "introspection of junk tokens", floorKey, b.connections, func(ctx context.Context) (report.Round, error) {
		before, err := lookups(ctx, s)
		if err != nil {
			return report.Round{}, err
		}
		warm, measured := b.windows(job, b.connections)
		r, err := b.once(ctx, s, warm, measured)
		if err != nil {
			return r, err
		}
		after, err := lookups(ctx, s)
		r.Lookups = new(after - before)
		return r, err
	}})
}

// lookups is how often a server has asked its database about a token.
func lookups(ctx context.Context, s *server) (float64, error) {
	page, err := s.get(ctx, "/metrics")
	if err != nil {
		return 0, err
	}
	// No sample yet means that there was no such call yet; that the metric is known under this name is seen on the other calls.
	if _, found := metric(page, "introspectd_store_duration_seconds_count", ""); !found {
		return 0, fmt.Errorf("/metrics has no introspectd_store_duration_seconds_count")
	}
	n, _ := metric(page, "introspectd_store_duration_seconds_count", `op="look up token"`)
	return n, nil
}

// junk looks like tokens, but for the checksum.
func junk(n int) []string {
	out := make([]string, n)
	for i := range out {
		text := []byte(session.NewHandle(session.Access).Reveal())
		if last := &text[len(text)-1]; *last == '0' {
			*last = '1'
		} else {
			*last = '0'
		}
		out[i] = string(text)
	}
	return out
}
