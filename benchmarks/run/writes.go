package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/process"
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
	d := &disk{writes: w}
	for _, callers := range []int{1, manyCallers} {
		q.add(row{writeKey("open", callers), "opening sessions, durable", "", callers, func(ctx context.Context) (report.Round, error) {
			return d.counting(func() (report.Round, error) { return w.open(ctx, callers) })
		}})
	}
	if _, err := process.Written(os.Getpid()); err != nil {
		q.note("the disk alone was not measured: this system does not tell how much a process writes")
	} else if q.store.Reveal() == sqlite { // else the disk is another process's
		q.add(row{diskKey, fmt.Sprintf("the disk alone: the bytes of %d openings, made durable together", manyCallers), "", manyCallers, d.measure})
	}
	for _, callers := range []int{1, manyCallers} {
		q.add(row{writeKey("end", callers), "ending sessions, durable and settled", "", callers, func(ctx context.Context) (report.Round, error) {
			return w.end(ctx, callers)
		}})
	}
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
