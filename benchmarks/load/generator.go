package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Run does the job. The error says that it could not be begun; what went wrong later is in the result. It returns early when ctx ends.
func Run(ctx context.Context, j Job) (Result, error) {
	if err := j.check(); err != nil {
		return Result{}, fmt.Errorf("load: %w", err)
	}
	workers, err := connect(ctx, &j)
	if err != nil {
		return Result{}, fmt.Errorf("load: %w", err)
	}
	return drive(ctx, &j, workers), nil
}

// connect opens all connections before the first request, so that opening them is not measured.
func connect(ctx context.Context, j *Job) ([]*worker, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	shared := &shared{
		job: j, script: newScript(j.Request, j.Address),
		contains: []byte(j.Expect.Contains), member: []byte(`"` + j.Capture + `":"`),
	}
	workers := make([]*worker, 0, j.Connections)
	for range j.Connections {
		c, err := dial(ctx, j.Address)
		if err != nil {
			for _, w := range workers {
				_ = w.conn.net.Close()
			}
			return nil, err
		}
		workers = append(workers, &worker{shared: shared, conn: c, result: Result{Latency: newLatency()}})
	}
	return workers, nil
}

func drive(ctx context.Context, j *Job, workers []*worker) Result {
	var wg sync.WaitGroup
	start := time.Now()
	for _, w := range workers {
		w.until = start.Add(j.Window)
		wg.Go(func() { w.run(ctx) })
	}
	wg.Wait()
	out := Result{Wall: time.Since(start), Latency: newLatency()}
	for _, w := range workers {
		out.add(&w.result)
	}
	return out
}

// shared is what all connections of a run have in common; asked is the only part that changes.
type shared struct {
	job      *Job
	script   script
	contains []byte
	member   []byte // of Capture, as JSON spells it
	asked    atomic.Int64
}

// next answers with the next item, and false when there is nothing left to ask.
func (s *shared) next() (string, bool) {
	n := int(s.asked.Add(1)) - 1
	if s.job.Count > 0 && n >= s.job.Count || s.job.Once && n >= len(s.job.Items) {
		return "", false
	}
	if len(s.job.Items) == 0 {
		return "", true
	}
	return s.job.Items[n%len(s.job.Items)], true
}

// reason shortens an error to its kind: ports and addresses would make each one different.
func reason(err error) string {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed the connection"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "no answer in time"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op + ": " + op.Err.Error()
	}
	return err.Error()
}

// worker is one connection, owned by one goroutine.
type worker struct {
	*shared
	conn   *conn
	until  time.Time
	out    []byte
	result Result
}

const (
	// patience is how long after the window's end an answer may still come, and how long connecting may take.
	patience = 5 * time.Second
	// maxReconnects, without a right answer in between, end a worker whose server is gone, instead of failing as fast as the machine can.
	maxReconnects = 10
)

func (w *worker) run(ctx context.Context) {
	defer func() { _ = w.conn.net.Close() }()
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
		deadline, cancel := context.WithDeadline(ctx, w.until.Add(patience))
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
	_ = w.conn.net.SetDeadline(w.until.Add(patience))
	c := w.conn.net
	defer context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })()
	for {
		begun := time.Now()
		if !begun.Before(w.until) || ctx.Err() != nil {
			return false
		}
		item, more := w.next()
		if !more {
			return false
		}
		w.out = w.script.write(w.out[:0], item)
		got, err := w.conn.ask(w.out)
		took := time.Since(begun)
		if err != nil {
			w.result.fail(reason(err))
			return true
		}
		w.judge(got, took)
		if got.last {
			return true
		}
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
	_ = w.result.Latency.RecordValue(int64(min(took, maxLatency))) // in range by the min
}

// capture finds a string member whose value needs no unescaping, which is how ids and tokens are.
func capture(body, member []byte) (string, bool) {
	_, rest, _ := bytes.Cut(body, member)
	value, _, found := bytes.Cut(rest, []byte(`"`))
	text := string(value)
	return text, found && text != "" && unreserved(text)
}
