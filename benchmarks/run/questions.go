package run

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/report"
	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/session"
)

// The rows that others are compared with, or that aims are about. On stores beside the first, their keys have a suffix.
const (
	floorKey   = "floor"
	floorAlone = "floor-alone"
	signKey    = "floor-signature"
	warmKey    = "warm"
	junkKey    = "junk"
)

// warmUp is for how long a server is asked before a window begins.
const warmUp = 100 * time.Millisecond

// questions is what is put to the daemon directly, without a service: from memory, for the first time, junk, and writes; beside the floor.
type questions struct {
	*bench
	store    config.DSN
	suffix   string // of keys
	title    string // of titles
	rows     []row
	stocks   []*stock // ascending, as sessions
	password session.Handle
	floor    *server
	warm     *server
	writes   *writes
	disks    []*disk
}

// row is one question. Measure asks it for one window.
type row struct {
	key, title  string
	beside      string // key of the row that it is compared with; "": none
	connections int
	measure     func(ctx context.Context) (report.Round, error)
}

// questions of the i-th store.
func (b *bench) questions(i int) *scenario {
	q := &questions{bench: b, store: b.stores[i], password: session.NewHandle(session.ClientSecret), stocks: make([]*stock, len(b.sessions))}
	q.suffix, q.title = b.suffix(i), b.onStore(i)
	s := &scenario{key: questionsKey, title: "questions" + q.title, finish: q.finishDisks, over: q.over}
	for n, size := range b.sessions {
		s.steps = append(s.steps, step{"open " + strconv.Itoa(size) + " sessions", perSession * time.Duration(size), true, func(ctx context.Context) (err error) {
			q.stocks[n], err = b.fill(ctx, q.store, "sessions-"+strconv.Itoa(size), size, orders())
			return err
		}})
	}
	s.steps = append(s.steps, step{"start servers", time.Second, true, q.start})
	q.list()
	for n := 1; n <= b.rounds; n++ {
		for at, r := range q.rows {
			s.steps = append(s.steps, step{fmt.Sprintf("%s, round %d of %d", r.title, n, b.rounds), b.window + overhead, false, func(ctx context.Context) error {
				return q.round(ctx, at, n)
			}})
		}
	}
	if i == 0 {
		which := q.middle()
		if b.full {
			which = len(b.sessions) - 1 // asking about all of them takes a minute or more
		}
		size := b.sessions[which]
		s.steps = append(s.steps, step{"weigh " + strconv.Itoa(size) + " remembered sessions", 2*time.Second + perSession*time.Duration(size), false, func(ctx context.Context) error {
			return b.weigh(ctx, q.stocks[which])
		}})
	}
	return s
}

// What things take, about, for those who watch.
const (
	perSession = 70 * time.Microsecond
	overhead   = 300 * time.Millisecond // around a window
)

// list says which rows there are, and puts them into the report before any is measured.
func (q *questions) list() {
	q.steady(floorKey, "floor: bare gin, Basic, form, 250 bytes", floorKey, q.connections, func() (*server, load.Job) { return q.floor, q.floorJob() })
	q.steady(signKey, "floor with an Ed25519 signature", floorKey, q.connections, func() (*server, load.Job) {
		job := q.floorJob()
		job.Request.Path = "/sign"
		return q.floor, job
	})
	q.steady(warmKey, "introspection, remembered", floorKey, q.connections, func() (*server, load.Job) { return q.warm, q.warmJob() })
	if q.full {
		// An idle server pays for waking up at each request, so one caller is compared with one caller.
		q.steady(floorAlone, "floor, one caller", floorAlone, 1, func() (*server, load.Job) { return q.floor, q.floorJob() })
		q.steady("warm-alone", "introspection, remembered, one caller", floorAlone, 1, func() (*server, load.Job) { return q.warm, q.warmJob() })
	}
	q.addJunk()
	q.addForwardAuth()
	q.addExchange()
	for i, n := range q.sessions {
		q.addCold(i, n)
	}
	q.addWrites()
	for _, r := range q.rows {
		q.report.Rows = append(q.report.Rows, report.Row{Key: r.key, Title: r.title, Beside: r.beside, Connections: r.connections})
	}
}

func (q *questions) add(r row) {
	r.key, r.title = r.key+q.suffix, r.title+q.title
	if r.beside != "" {
		r.beside += q.suffix
	}
	q.rows = append(q.rows, r)
}

// round measures a row once. Whatever slows the machine for a while slows all rows, since a round goes over all of them.
func (q *questions) round(ctx context.Context, at, n int) error {
	r := q.rows[at]
	got, err := r.measure(ctx)
	if err != nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	got.Round = n
	for i := range q.report.Rows {
		if q.report.Rows[i].Key == r.key {
			q.report.Rows[i].Rounds = append(q.report.Rows[i].Rounds, got)
		}
	}
	return nil
}

// start starts what all rows need, and has the daemon see every token that is to be remembered.
func (q *questions) start(ctx context.Context) (err error) {
	if q.store.Reveal() != sqlite && q.stocks[0].family == 0 {
		q.note("what questions cost the database's server is not known: %s is not on this machine, or its processes are not to be seen from here", q.store)
	}
	if q.floor, err = q.bench.start(ctx, part.Floor, part.FloorTask{Client: api(audience), Password: q.password.Reveal()}); err != nil {
		return err
	}
	if q.warm, err = q.serve(ctx, q.stocks[q.middle()], 10*hot); err != nil {
		return err
	}
	first := q.warmJob()
	first.Once, first.Connections, first.Window = true, q.connections, time.Minute
	if _, err := q.ask(ctx, q.warm, nil, first); err != nil {
		return fmt.Errorf("ask about every token once: %w", err)
	}
	return q.writes.start(ctx)
}

func (q *questions) over() {
	if q.warm != nil {
		_ = q.warm.child.Stop()
	}
	if q.writes.server != nil {
		_ = q.writes.server.child.Stop()
	}
}

// hot is how many tokens are asked about again and again: more than a processor's nearest caches hold.
const hot = 5000

// middle is the smallest stock that has so many.
func (q *questions) middle() int {
	for i, n := range q.sessions {
		if n >= hot {
			return i
		}
	}
	return len(q.sessions) - 1
}

func (q *questions) remembered() []string {
	tokens := q.stocks[q.middle()].tokens
	return tokens[:min(hot, len(tokens))]
}

func (q *questions) floorJob() load.Job {
	return introspection(basic(api(audience), q.password), active, q.remembered())
}

func (q *questions) warmJob() load.Job {
	return introspection(q.stocks[q.middle()].authorization(api(audience)), active, q.remembered())
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
func (q *questions) steady(key, title, beside string, connections int, what func() (*server, load.Job)) {
	q.add(row{key, title, beside, connections, func(ctx context.Context) (report.Round, error) {
		s, job := what()
		warm, measured := q.windows(job, connections)
		return q.once(ctx, s, warm, measured)
	}})
}
