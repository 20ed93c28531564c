package part

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/process"
)

// LoadTask is a warm-up and what is measured after it: jobs that run at the same time.
type LoadTask struct {
	Warm    *load.Job
	Jobs    []load.Job
	Servers []int    // processes whose costs are read at the window's start and end
	Family  int      // and one whose children's are too, such as a database's; 0: none
	Pages   []string // URLs on loopback that are read at both
}

// Outcome is what the load has seen.
type Outcome struct {
	Windows []Window // as the jobs
	Wall    time.Duration
	Servers []Cost        // as the task's; empty where the system does not tell
	Family  time.Duration // 0: there is none, or it is not known
	Load    time.Duration
	Before  []string // the pages
	After   []string
}

// Cost is what a server has used.
type Cost struct {
	CPU time.Duration
	RSS int64
}

// Window is one job's result. Histograms are HdrHistogram V2, compressed, base64.
type Window struct {
	Right, Failed, Behind, Dropped int
	Failures, Captured             []string
	Begun                          time.Time
	Wall                           time.Duration
	Latency, Late                  string
	Trace                          []load.Call
	Acts                           []load.Acted
}

func loadPart(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	var t LoadTask
	if err := read(stdin, &t); err != nil {
		return err
	}
	if t.Warm != nil {
		if _, err := load.Run(ctx, *t.Warm); err != nil {
			return fmt.Errorf("warm-up: %w", err)
		}
	}
	o, err := t.measure(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(o)
}

func (t *LoadTask) measure(ctx context.Context) (o Outcome, err error) {
	if o.Before, err = pages(t.Pages); err != nil {
		return o, err
	}
	before, known := t.costs()
	family, familyErr := t.family()
	self, selfErr := process.Of(os.Getpid())
	begun := time.Now()
	results, err := t.run(ctx)
	if err != nil {
		return o, err
	}
	o.Wall = time.Since(begun)
	after, knownAfter := t.costs()
	if selfAfter, err := process.Of(os.Getpid()); selfErr == nil && err == nil {
		o.Load = selfAfter.CPU - self.CPU
	}
	if familyAfter, err := t.family(); familyErr == nil && err == nil {
		o.Family = max(0, familyAfter-family) // who ends while all are read is counted with its parent, or not at all
	}
	if known && knownAfter {
		for i := range after {
			o.Servers = append(o.Servers, Cost{after[i].CPU - before[i].CPU, after[i].RSS})
		}
	}
	if o.After, err = pages(t.Pages); err != nil {
		return o, err
	}
	for _, r := range results {
		w, err := window(r)
		if err != nil {
			return o, err
		}
		o.Windows = append(o.Windows, w)
	}
	return o, nil
}

// run does the jobs, all at once.
func (t *LoadTask) run(ctx context.Context) ([]load.Result, error) {
	results, errs := make([]load.Result, len(t.Jobs)), make([]error, len(t.Jobs))
	var wg sync.WaitGroup
	for i, j := range t.Jobs {
		wg.Go(func() { results[i], errs[i] = load.Run(ctx, j) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}

func (t *LoadTask) costs() ([]process.Usage, bool) {
	out := make([]process.Usage, len(t.Servers))
	for i, pid := range t.Servers {
		u, err := process.Of(pid)
		if err != nil {
			return nil, false
		}
		out[i] = u
	}
	return out, true
}

func (t *LoadTask) family() (time.Duration, error) {
	if t.Family == 0 {
		return 0, nil
	}
	return process.Family(t.Family)
}

// maxPage bounds a page of counters or metrics.
const maxPage = 1 << 20

func pages(urls []string) ([]string, error) {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	var out []string
	for _, url := range urls {
		resp, err := client.Get(url)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
		_ = resp.Body.Close()
		if err != nil {
			return nil, err
		}
		if resp.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("GET %s: status %d", url, resp.StatusCode)
		}
		out = append(out, string(body))
	}
	return out, nil
}

func window(r load.Result) (Window, error) {
	latency, err := encode(r.Latency)
	if err != nil {
		return Window{}, err
	}
	late, err := encode(r.Late)
	return Window{
		Right: r.Right, Failed: r.Failed, Behind: r.Behind, Dropped: r.Dropped, Failures: r.Failures, Captured: r.Captured,
		Begun: r.Begun, Wall: r.Wall, Latency: latency, Late: late, Trace: r.Trace, Acts: r.Acts,
	}, err
}

func encode(h *hdrhistogram.Histogram) (string, error) {
	text, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return "", fmt.Errorf("encode latencies: %w", err)
	}
	return string(text), nil
}
