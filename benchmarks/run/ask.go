package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// call has a part do something that ends by itself.
func (b *bench) call(ctx context.Context, word string, cpu int, task, into any) error {
	in, err := json.Marshal(task)
	if err != nil {
		return err
	}
	var out, words bytes.Buffer
	child, err := process.Start(ctx, b.command(word, cpu, bytes.NewReader(in), &out, &words))
	if err != nil {
		return err
	}
	if err := child.Wait(); err != nil {
		return errors.New(lastWords(err, words.String()))
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		return fmt.Errorf("%s: read the outcome: %w", word, err)
	}
	return nil
}

// generate has the generator do a task, in a process of its own.
func (b *bench) generate(ctx context.Context, t part.LoadTask) (o part.Outcome, err error) {
	err = b.call(ctx, part.Load, b.place.Load, t, &o)
	if err == nil && len(o.Windows) != len(t.Jobs) {
		err = fmt.Errorf("load: %d results of %d jobs", len(o.Windows), len(t.Jobs))
	}
	return o, err
}

// ask does one job against a server; the costs of others may be read beside its own.
func (b *bench) ask(ctx context.Context, s *server, warm *load.Job, job load.Job, others ...*server) (part.Outcome, error) {
	if s == nil {
		return part.Outcome{}, errNotStarted
	}
	if warm != nil {
		warm.Address = s.address
	}
	job.Address = s.address
	t := part.LoadTask{Warm: warm, Jobs: []load.Job{job}, Family: s.family}
	for _, one := range append([]*server{s}, others...) {
		t.Servers = append(t.Servers, one.child.PID())
	}
	o, err := b.generate(ctx, t)
	if err != nil {
		return o, err
	}
	if w := o.Windows[0]; w.Right == 0 && w.Dropped == 0 {
		return o, fmt.Errorf("no right answer among %d: %s", w.Failed, strings.Join(w.Failures, ", "))
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

// roundOf sums the first windows of outcomes up to a round.
func roundOf(outcomes ...part.Outcome) (report.Round, error) {
	var r report.Round
	var wall, server, family, loaded time.Duration
	var latency *hdrhistogram.Histogram
	known := true
	for _, o := range outcomes {
		w := o.Windows[0]
		h, err := decode(w.Latency)
		if err != nil {
			return r, err
		}
		if latency == nil {
			latency = h
		} else {
			latency.Merge(h)
		}
		r.Right, r.Failed, r.Failures = r.Right+w.Right, r.Failed+w.Failed, append(r.Failures, w.Failures...)
		wall, loaded, family = wall+w.Wall, loaded+o.Load, family+o.Family
		if known = known && len(o.Servers) > 0; known {
			server, r.RSS = server+o.Servers[0].CPU, o.Servers[0].RSS
		}
	}
	if wall <= 0 || r.Right == 0 {
		return r, fmt.Errorf("nothing was measured")
	}
	text, err := latency.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return r, fmt.Errorf("keep latencies: %w", err)
	}
	r.Seconds, r.PerSecond, r.Latency = wall.Seconds(), float64(r.Right)/wall.Seconds(), string(text)
	r.P50, r.P99 = quantile(latency, 50), quantile(latency, 99)
	r.Database = micro(family) / float64(r.Right+r.Failed)
	if known {
		r.CPU = micro(server) / float64(r.Right+r.Failed)
		r.ServerBusy, r.LoadBusy = server.Seconds()/wall.Seconds(), loaded.Seconds()/wall.Seconds()
	}
	return r, nil
}

func decode(text string) (*hdrhistogram.Histogram, error) {
	h, err := hdrhistogram.Decode([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("read latencies: %w", err)
	}
	return h, nil
}

// quantile is in microseconds.
func quantile(h *hdrhistogram.Histogram, percent float64) float64 {
	return micro(time.Duration(h.ValueAtQuantile(percent)))
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func milli(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
