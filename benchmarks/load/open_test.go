package load_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
)

func open(address string) load.Job {
	j := job(address)
	j.Count, j.Rate, j.Window, j.Connections, j.Seed = 0, 500, 1200*time.Millisecond, 4, 7
	return j
}

// stalling answers at once, but for one stretch of time in which everybody waits for its end. It is counted from the first request, however long
// connecting took.
func stalling(t *testing.T, stretch time.Duration) string {
	begun := sync.OnceValue(time.Now)
	from := 300 * time.Millisecond
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if since := time.Since(begun()); since > from && since < from+stretch {
			time.Sleep(from + stretch - since)
		}
		_, _ = io.WriteString(w, `{"active":true}`)
	})
}

// A closed loop of four callers sees four slow answers among hundreds; the hundred who would have come meanwhile are in nobody's figures.
func TestAStallIsCountedForAllWhoWouldHaveAsked(t *testing.T) {
	t.Parallel()
	const stretch = 400 * time.Millisecond
	r := run(t, open(stalling(t, stretch)))
	slow := r.Latency.TotalCount() - countBelow(r, stretch/4)
	if slow < 100 {
		t.Errorf("%d of %d waited longer than %s, want those of 300 ms at 500 a second", slow, r.Latency.TotalCount(), stretch/4)
	}
	if p99 := time.Duration(r.Latency.ValueAtQuantile(99)); p99 < 200*time.Millisecond {
		t.Errorf("p99 = %s after a stall of %s", p99, stretch)
	}
	if r.Behind < 50 {
		t.Errorf("%d requests found no free connection, want those of the stall", r.Behind)
	}
	few := int64(0)
	for range 10 { // a busy machine may be slow by itself, but not each time
		closed := open(stalling(t, stretch))
		closed.Rate = 0
		c := run(t, closed)
		if few = c.Latency.TotalCount() - countBelow(c, stretch/4); few <= 20 {
			return
		}
	}
	t.Errorf("the closed loop has %d slow answers; then this test shows nothing", few)
}

func countBelow(r load.Result, d time.Duration) (n int64) {
	for _, bar := range r.Latency.Distribution() {
		if bar.To < int64(d) {
			n += bar.Count
		}
	}
	return n
}

func TestArrivalsKeepTheirRateWhateverTheServerDoes(t *testing.T) {
	t.Parallel()
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"active":true}`) })
	for range 10 { // on a machine that stands still for the whole of a run every request is late
		r := run(t, open(address))
		if n := r.Right + r.Dropped; n < 500 || n > 700 || r.Failed != 0 {
			t.Errorf("%d right and %d dropped of 1.2 s at 500 a second, %d failed", r.Right, r.Dropped, r.Failed)
		}
		if r.Late.TotalCount() > 0 {
			return
		}
	}
	t.Error("no request found a free connection, so nothing is known of the generator's own delay")
}

func TestWhatIsNeverSentIsNotForgotten(t *testing.T) {
	t.Parallel()
	// The first request comes after the run's start, so whoever is silent for so long from then on is so when the run has sent its last.
	silence := make(chan struct{})
	asked := sync.OnceFunc(func() { time.AfterFunc(1500*time.Millisecond, func() { close(silence) }) })
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { asked(); <-silence })
	j := open(address)
	j.Window = 300 * time.Millisecond
	r := run(t, j)
	if r.Dropped < 50 || r.Latency.TotalCount() < int64(r.Dropped) {
		t.Errorf("%d dropped, %d latencies; want all but the few that were sent, each with the time it waited", r.Dropped, r.Latency.TotalCount())
	}
	if p50 := time.Duration(r.Latency.ValueAtQuantile(50)); p50 < 500*time.Millisecond {
		t.Errorf("half of them waited less than %s", p50)
	}
}

func TestTheSameSeedAsksAtTheSameTimes(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { n.Add(1); _, _ = io.WriteString(w, `{"active":true}`) })
	j := open(address)
	j.Window, j.Trace = 300*time.Millisecond, true
	a, b := run(t, j), run(t, j)
	if len(a.Trace)+a.Dropped != len(b.Trace)+b.Dropped || len(a.Trace) == 0 || int(n.Load()) != len(a.Trace)+len(b.Trace) {
		t.Errorf("%d and %d calls of the same seed, %d and %d dropped, the server saw %d", len(a.Trace), len(b.Trace), a.Dropped, b.Dropped, n.Load())
	}
}

func TestATraceHasEveryCallAndWhatWasDoneMeanwhile(t *testing.T) {
	t.Parallel()
	var out atomic.Bool
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/logout":
			out.Store(true)
			w.WriteHeader(204)
		case out.Load():
			w.WriteHeader(401)
		case r.Header.Get("Authorization") != "Bearer a":
			w.WriteHeader(400)
		}
	})
	j := open(address)
	j.Request = load.Request{Method: "GET", Path: "/", Header: []string{"Authorization: Bearer " + load.Mark}}
	j.Items, j.Trace, j.Expect.Contains, j.Window = []string{"a"}, true, "", 500*time.Millisecond
	j.Acts = []load.Act{{At: 250 * time.Millisecond, Request: load.Request{Method: "POST", Path: "/logout"}, Status: 204}}
	for range 10 { // a machine that stands still at the wrong moment shows one side only, but not each time
		out.Store(false)
		if r := run(t, j); bothSides(t, &r) {
			return
		}
	}
	t.Error("all calls were on one side of the logout")
}

// bothSides reports whether there were calls before and after the one act, and holds each against it.
func bothSides(t *testing.T, r *load.Result) bool {
	t.Helper()
	if len(r.Acts) != 1 || r.Acts[0].Failure != "" || r.Acts[0].Begun < 250*time.Millisecond || r.Acts[0].Returned < r.Acts[0].Begun {
		t.Fatalf("acts %+v, want one that succeeded at its time", r.Acts)
	}
	if len(r.Trace) != r.Right+r.Failed {
		t.Errorf("%d calls in the trace of %d", len(r.Trace), r.Right+r.Failed)
	}
	statuses := map[int]int{}
	for _, c := range r.Trace {
		statuses[c.Status]++
		if c.Status == 200 && c.Begun > r.Acts[0].Returned || c.Status == 401 && c.Begun+c.Took < r.Acts[0].Begun {
			t.Errorf("a call %+v, with the logout from %s to %s", c, r.Acts[0].Begun, r.Acts[0].Returned)
		}
	}
	for status := range statuses {
		if status != 200 && status != 401 {
			t.Errorf("statuses %v, want the two sides of the logout", statuses)
		}
	}
	return statuses[200] > 0 && statuses[401] > 0
}

func TestAnActThatFailsSaysSo(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"active":true}`) })
	j := open(address)
	j.Window = 50 * time.Millisecond
	j.Acts = []load.Act{
		{Request: load.Request{Method: "POST", Path: "/logout"}, Status: 204},
		{Address: "127.0.0.1:1", Request: load.Request{Method: "POST", Path: "/logout"}, Status: 204},
	}
	r := run(t, j)
	got := []string{r.Acts[0].Failure, r.Acts[1].Failure}
	if got[0] != "status 200, want 204" || got[1] == "" || slices.Contains(got, "") {
		t.Errorf("failures %q, want a wrong status and a refused connection", got)
	}
	j.Acts[0].Address = "192.0.2.1:80"
	if _, err := load.Run(context.Background(), j); err == nil {
		t.Error("an act on another machine is taken, want it refused")
	}
}
