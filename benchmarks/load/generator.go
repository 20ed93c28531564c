package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
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
	queue := newQueue(j)
	shared := &shared{job: j, queue: queue, script: newScript(j.Request, j.Address), contains: []byte(j.Expect.Contains), member: []byte(`"` + j.Capture + `":"`)}
	workers := make([]*worker, 0, j.Connections)
	for range j.Connections {
		c, err := dial(ctx, j.Address)
		if err != nil {
			for _, w := range workers {
				_ = w.conn.net.Close()
			}
			return nil, err
		}
		workers = append(workers, &worker{shared: shared, conn: c, result: Result{Latency: newLatency(), Late: newLatency()}})
	}
	return workers, nil
}

func drive(ctx context.Context, j *Job, workers []*worker) Result {
	var wg sync.WaitGroup
	start := time.Now()
	workers[0].queue.begin(start, j.Window)
	for _, w := range workers {
		wg.Go(func() { w.run(ctx) })
	}
	out := Result{Begun: start, Latency: newLatency(), Late: newLatency(), Acts: act(ctx, j, start)}
	wg.Wait()
	out.Wall = time.Since(start)
	for _, w := range workers {
		out.add(&w.result)
	}
	if ctx.Err() == nil {
		out.drop(workers[0].queue.dropped(), out.Wall)
	}
	return out
}

// shared is what all connections of a run have in common.
type shared struct {
	job      *Job
	queue    *queue
	script   script
	contains []byte
	member   []byte // of Capture, as JSON spells it
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

// patience is how long after the window's end an answer may still come, and how long connecting may take.
const patience = 5 * time.Second
