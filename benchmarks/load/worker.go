package load

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// worker is one connection, owned by one goroutine.
type worker struct {
	*shared
	conn   *conn
	timer  *time.Timer
	out    []byte
	result Result
}

// maxReconnects, without a right answer in between, end a worker whose server is gone, instead of failing as fast as the machine can.
const maxReconnects = 10

func (w *worker) run(ctx context.Context) {
	defer func() { _ = w.conn.net.Close() }()
	w.timer = time.NewTimer(time.Hour)
	w.timer.Stop()
	for reconnects := 0; ; {
		before := w.result.Right
		if lost := w.use(ctx); !lost || ctx.Err() != nil {
			return
		}
		if reconnects++; w.result.Right > before {
			reconnects = 0
		}
		if reconnects > maxReconnects {
			w.result.note("gave up a connection that was lost too often")
			return
		}
		_ = w.conn.net.Close()
		deadline, cancel := context.WithDeadline(ctx, w.queue.until.Add(patience))
		c, err := dial(deadline, w.job.Address)
		cancel()
		if err != nil {
			w.result.note(reason(err))
			return
		}
		w.conn = c
	}
}

// use asks over the present connection, until there is no more to ask or, lost=true, until it is gone.
func (w *worker) use(ctx context.Context) (lost bool) {
	c := w.conn.net
	_ = c.SetDeadline(w.queue.until.Add(patience))
	defer context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })()
	for {
		t, more := w.queue.next(ctx, w.timer)
		if !more {
			return false
		}
		w.begin(t)
		item := ""
		if len(w.job.Items) > 0 {
			item = w.job.Items[t.item]
		}
		w.out = w.script.write(w.out[:0], item)
		sent := time.Now()
		got, err := w.conn.ask(w.out)
		now := time.Now()
		w.trace(t, got, sent, now)
		if err != nil {
			w.result.fail(reason(err))
			return true
		}
		w.judge(got, now.Sub(t.begun))
		if got.last {
			return true
		}
	}
}

// begin notes how a turn of an open loop began.
func (w *worker) begin(t turn) {
	switch {
	case t.wait:
		record(w.result.Late, t.late)
	case w.queue.arrivals != nil:
		w.result.Behind++
	}
}

func (w *worker) trace(t turn, got answer, sent, now time.Time) {
	if w.job.Trace {
		w.result.Trace = append(w.result.Trace, Call{Begun: sent.Sub(w.queue.start), Took: now.Sub(sent), Status: got.status, Item: t.item})
	}
}

// judge counts an answer. Wrong ones leave no latency: a server that refuses quickly is not a quick server.
func (w *worker) judge(got answer, took time.Duration) {
	body := w.conn.body
	switch {
	case got.status != w.job.Expect.Status:
		w.result.fail(fmt.Sprintf("status %d, want %d", got.status, w.job.Expect.Status))
		return
	case !bytes.Contains(body, w.contains):
		w.result.fail(fmt.Sprintf("%d bytes of body without %s", len(body), w.job.Expect.Contains))
		return
	}
	if w.job.Capture != "" {
		value, ok := capture(body, w.member)
		if !ok {
			w.result.fail("no member " + w.job.Capture + " in the body")
			return
		}
		w.result.Captured = append(w.result.Captured, value)
	}
	w.result.Right++
	record(w.result.Latency, took)
}

// capture finds a string member whose value needs no unescaping, which is how ids and tokens are.
func capture(body, member []byte) (string, bool) {
	_, rest, _ := bytes.Cut(body, member)
	value, _, found := bytes.Cut(rest, []byte(`"`))
	text := string(value)
	return text, found && text != "" && unreserved(text)
}
