package run

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// writes opens sessions and ends them. Every answer is given after the disk has confirmed.
type writes struct {
	*questions
	stock  *stock
	server *server
	opened []string // session ids that were opened and not ended
}

const (
	endsPerSecond = 10_000.
	maxEnds       = 250_000. // more take longer to make than to end
)

func (q *questions) addWrites() {
	w := &writes{questions: q}
	q.writes = w
	w.add("open", "opening", "opening sessions, durable", w.open)
	w.add("end", "ending", "ending sessions, durable and settled", w.end)
}

// add adds what is written by one caller and by many, and what the disk would allow these.
func (w *writes) add(key, short, title string, write func(ctx context.Context, callers int) (report.Round, error)) {
	w.questions.add(row{writeKey(key, 1), title, "", 1, func(ctx context.Context) (report.Round, error) { return write(ctx, 1) }})
	many := func(ctx context.Context) (report.Round, error) { return write(ctx, manyCallers) }
	if w.store.Reveal() != sqlite { // whose log is another program's, and on a disk that may be elsewhere
		w.questions.add(row{writeKey(key, manyCallers), title, "", manyCallers, many})
		return
	}
	d := &disk{writes: w, what: key, title: short}
	w.disks = append(w.disks, d)
	w.questions.add(row{writeKey(key, manyCallers), title, "", manyCallers, func(ctx context.Context) (report.Round, error) {
		return d.watching(func() (report.Round, error) { return many(ctx) })
	}})
	w.questions.add(row{diskKey(key), fmt.Sprintf("the disk alone: commits as for %s by %d callers", short, manyCallers), "", manyCallers, d.measure})
}

func (w *writes) start(ctx context.Context) (err error) {
	// Ending is faster than opening: what one round opens does not last for the other's window.
	n := int(min(maxEnds, float64(w.rounds)*w.window.Seconds()*endsPerSecond))
	if w.stock, err = w.fill(ctx, w.store, "writes", n, orders()); err != nil {
		return err
	}
	w.opened = w.stock.ids
	w.server, err = w.serve(ctx, w.stock, 100_000)
	return err
}

func writeKey(what string, callers int) string { return fmt.Sprintf("%s-%d", what, callers) }

func (w *writes) open(ctx context.Context, callers int) (report.Round, error) {
	if w.server == nil {
		return report.Round{}, errNotStarted
	}
	o, err := w.ask(ctx, w.server, nil, load.Job{
		Request: load.Request{
			Method: "POST", Path: "/sessions", Header: []string{w.stock.authorization(loginClient), "Content-Type: application/json"},
			Body: `{"subject":"user-` + load.Mark + `","audience":"` + audience + `","scope":"orders:read orders:write","device":"Firefox on Linux","ip":"192.0.2.7"}`,
		},
		Items: numbers(10_000), Connections: callers, Window: w.window,
		Expect: load.Expect{Status: 201, Contains: `"access_token":"`}, Capture: "session_id",
	})
	if err != nil {
		return report.Round{}, err
	}
	w.opened = append(w.opened, o.Windows[0].Captured...)
	return roundOf(o)
}

// end ends what open has opened, each once: `"ended":1` says that it was there.
func (w *writes) end(ctx context.Context, callers int) (report.Round, error) {
	if len(w.opened) == 0 {
		return report.Round{}, errors.New("there are no sessions to end")
	}
	o, err := w.ask(ctx, w.server, nil, load.Job{
		Request: load.Request{Method: "DELETE", Path: "/sessions/" + load.Mark, Header: []string{w.stock.authorization(loginClient)}},
		Items:   w.opened[:min(len(w.opened), batch)], Once: true, Connections: callers, Window: w.window,
		Expect: load.Expect{Status: 200, Contains: `"ended":1`},
	})
	if err != nil {
		return report.Round{}, err
	}
	w.opened = w.opened[o.Windows[0].Right+o.Windows[0].Failed:]
	return roundOf(o)
}

func numbers(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.Itoa(i)
	}
	return out
}
