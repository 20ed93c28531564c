package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/introspectd/introspectd/benchmarks/floor"
	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/session"
)

// serveFloor is the process that is measured as the floor. The client's password comes on stdin, so that no list of processes shows it; the
// address that it listens on is said on stderr.
func serveFloor(ctx context.Context, stdin io.Reader, stderr io.Writer) error {
	var password [128]byte
	n, err := io.ReadFull(stdin, password[:])
	if err != io.ErrUnexpectedEOF {
		return fmt.Errorf("floor: read the password: %w", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	_, _ = fmt.Fprintf(stderr, "floor is ready on http://%s\n", l.Addr())
	return floor.Serve(ctx, l, floor.Handler(apiClient, session.Present(string(password[:n]))))
}

// task is what the load process reads from stdin: warm-up, then what is measured.
type task struct {
	Warm   *load.Job
	Job    load.Job
	Server int // process whose cost is read at the window's start and end
}

// outcome is what the load process writes to stdout.
type outcome struct {
	Right, Failed int
	Failures      []string
	Captured      []string
	Wall          time.Duration
	ServerCPU     time.Duration
	LoadCPU       time.Duration
	RSS           int64
	CPUKnown      bool
	Latency       string
}

// generate is the process that makes the load.
func generate(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	var t task
	if err := json.NewDecoder(stdin).Decode(&t); err != nil {
		return fmt.Errorf("load: read the task: %w", err)
	}
	if t.Warm != nil {
		if _, err := load.Run(ctx, *t.Warm); err != nil {
			return fmt.Errorf("warm-up: %w", err)
		}
	}
	server, serverErr := process.Of(t.Server)
	self, selfErr := process.Of(os.Getpid())
	r, err := load.Run(ctx, t.Job)
	if err != nil {
		return err
	}
	serverAfter, serverAfterErr := process.Of(t.Server)
	selfAfter, _ := process.Of(os.Getpid())
	latency, err := r.Latency.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return fmt.Errorf("load: encode latencies: %w", err)
	}
	return json.NewEncoder(stdout).Encode(outcome{
		Right: r.Right, Failed: r.Failed, Failures: r.Failures, Captured: r.Captured, Wall: r.Wall,
		ServerCPU: serverAfter.CPU - server.CPU, LoadCPU: selfAfter.CPU - self.CPU, RSS: serverAfter.RSS,
		CPUKnown: serverErr == nil && serverAfterErr == nil && selfErr == nil,
		Latency:  string(latency),
	})
}
