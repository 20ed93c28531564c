package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// ask has the generator do a job against a server, in a process of its own.
func (b *bench) ask(ctx context.Context, s *server, warm *load.Job, job load.Job) (outcome, error) {
	if warm != nil {
		warm.Address = s.address
	}
	job.Address = s.address
	in, err := json.Marshal(task{warm, job, s.child.PID()})
	if err != nil {
		return outcome{}, err
	}
	var out, words bytes.Buffer
	child, err := process.Start(ctx, process.Command{
		Path: b.self, Args: []string{partLoad}, Pin: b.place.Pinned, CPU: b.place.Load,
		Stdin: bytes.NewReader(in), Stdout: &out, Stderr: &words,
	})
	if err != nil {
		return outcome{}, err
	}
	if err := child.Wait(); err != nil {
		return outcome{}, fmt.Errorf("load: %w: %s", err, strings.TrimSpace(words.String()))
	}
	var o outcome
	if err := json.Unmarshal(out.Bytes(), &o); err != nil {
		return outcome{}, fmt.Errorf("load: read the outcome: %w", err)
	}
	if o.Right == 0 {
		return o, fmt.Errorf("no right answer among %d: %s", o.Failed, strings.Join(o.Failures, ", "))
	}
	return o, nil
}

// once is ask, as a round.
func (b *bench) once(ctx context.Context, s *server, warm *load.Job, job load.Job) (report.Round, error) {
	o, err := b.ask(ctx, s, warm, job)
	if err != nil {
		return report.Round{}, err
	}
	return roundOf(o)
}

// roundOf sums windows up to a round.
func roundOf(windows ...outcome) (report.Round, error) {
	var r report.Round
	var wall, server, loaded time.Duration
	var latency *hdrhistogram.Histogram
	known := true
	for _, o := range windows {
		h, err := hdrhistogram.Decode([]byte(o.Latency))
		if err != nil {
			return r, fmt.Errorf("read latencies: %w", err)
		}
		if latency == nil {
			latency = h
		} else {
			latency.Merge(h)
		}
		r.Right, r.Failed, r.Failures = r.Right+o.Right, r.Failed+o.Failed, append(r.Failures, o.Failures...)
		wall, server, loaded = wall+o.Wall, server+o.ServerCPU, loaded+o.LoadCPU
		r.RSS = o.RSS
		known = known && o.CPUKnown
	}
	if wall <= 0 || r.Right == 0 {
		return r, fmt.Errorf("nothing was measured")
	}
	text, err := latency.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return r, fmt.Errorf("keep latencies: %w", err)
	}
	const microsecond = float64(time.Microsecond)
	r.Seconds, r.PerSecond, r.Latency = wall.Seconds(), float64(r.Right)/wall.Seconds(), string(text)
	r.P50, r.P99 = float64(latency.ValueAtQuantile(50))/microsecond, float64(latency.ValueAtQuantile(99))/microsecond
	if known {
		r.CPU = float64(server) / microsecond / float64(r.Right+r.Failed)
		r.ServerBusy, r.LoadBusy = server.Seconds()/wall.Seconds(), loaded.Seconds()/wall.Seconds()
	}
	return r, nil
}
