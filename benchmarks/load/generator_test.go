package load_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
)

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

func job(address string) load.Job {
	return load.Job{
		Address: address, Connections: 4, Window: 10 * time.Second, Count: 200,
		Request: load.Request{Method: "POST", Path: "/introspect", Body: "token=" + load.Mark, Header: []string{"Content-Type: application/x-www-form-urlencoded"}},
		Items:   []string{"a", "bb", "ccc"},
		Expect:  load.Expect{Status: 200, Contains: `"active":true`},
	}
}

func run(t *testing.T, j load.Job) load.Result {
	t.Helper()
	r, err := load.Run(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryRequestIsCountedAndAsksAboutTheItems(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.Method+" "+r.URL.Path+" "+r.PostFormValue("token")]++
		mu.Unlock()
		_, _ = io.WriteString(w, `{"active":true}`)
	})
	r := run(t, job(address))
	if r.Right != 200 || r.Failed != 0 || r.Latency.TotalCount() != 200 {
		t.Errorf("%d right, %d failed, %d latencies, want 200, 0, 200: %v", r.Right, r.Failed, r.Latency.TotalCount(), r.Failures)
	}
	for item, want := range map[string]int{"a": 67, "bb": 67, "ccc": 66} {
		if got := seen["POST /introspect "+item]; got != want {
			t.Errorf("the server was asked about %s %d times, want %d: %v", item, got, want, seen)
		}
	}
}

func TestConnectionsAreKept(t *testing.T) {
	var connections atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"active":true}`) }))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	run(t, job(strings.TrimPrefix(s.URL, "http://")))
	if got := connections.Load(); got != 4 {
		t.Errorf("%d connections were made for 200 requests, want 4", got)
	}
}

func TestWrongAnswersAreFailuresAndLeaveNoLatency(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"another status", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(503)
			_, _ = io.WriteString(w, `{"active":true}`)
		}, "status 503, want 200"},
		{"another body", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"active":false}`) }, `16 bytes of body without "active":true`},
		{"no body", func(http.ResponseWriter, *http.Request) {}, `0 bytes of body without "active":true`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, job(serve(t, c.answer)))
			if r.Right != 0 || r.Failed != 200 || r.Latency.TotalCount() != 0 || !slices.Equal(r.Failures, []string{c.want}) {
				t.Errorf("%d right, %d failed, %d latencies, reasons %q, want 0, 200, 0, %q", r.Right, r.Failed, r.Latency.TotalCount(), r.Failures, c.want)
			}
		})
	}
}

func TestOneWrongAnswerAmongManyIsFound(t *testing.T) {
	var n atomic.Int64
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintf(w, `{"active":%t}`, n.Add(1) != 77) })
	if r := run(t, job(address)); r.Right != 199 || r.Failed != 1 {
		t.Errorf("%d right, %d failed, want 199, 1", r.Right, r.Failed)
	}
}

func TestOnceAsksAboutEachItemOnce(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.URL.Path]++
		mu.Unlock()
		_, _ = fmt.Fprintf(w, `{"session_id":"s%s","ended":1}`, strings.TrimPrefix(r.URL.Path, "/sessions/"))
	})
	j := job(address)
	j.Request = load.Request{Method: "DELETE", Path: "/sessions/" + load.Mark}
	j.Expect.Contains, j.Capture, j.Once, j.Count = `"ended":1`, "session_id", true, 0
	j.Items = nil
	for i := range 100 {
		j.Items = append(j.Items, fmt.Sprint(i))
	}
	r := run(t, j)
	if r.Right != 100 || r.Failed != 0 || len(seen) != 100 {
		t.Errorf("%d right, %d failed, %d items seen, want 100, 0, 100: %v", r.Right, r.Failed, len(seen), r.Failures)
	}
	slices.Sort(r.Captured)
	if len(r.Captured) != 100 || r.Captured[0] != "s0" || len(slices.Compact(r.Captured)) != 100 {
		t.Errorf("captured %d members %.5q.., want s0 to s99, each once", len(r.Captured), r.Captured)
	}
}

func TestARunEndsByItselfWhenItsWindowIsOver(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"active":true}`) })
	j := job(address)
	for _, window := range []time.Duration{100 * time.Millisecond, time.Second, 5 * time.Second} { // a busy machine may stand still for a whole one
		j.Count, j.Window = 0, window
		r := run(t, j)
		if r.Wall < window || r.Wall > window+10*time.Second {
			t.Errorf("it took %s, want little more than %s", r.Wall, window)
		}
		if r.Right > 0 {
			return
		}
	}
	t.Error("no request in any window")
}

func TestARunEndsWithItsContextThoughTheServerIsSilent(t *testing.T) {
	silence, asked := make(chan struct{}), make(chan struct{}, 4)
	address := serve(t, func(http.ResponseWriter, *http.Request) { asked <- struct{}{}; <-silence })
	t.Cleanup(func() { close(silence) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for range cap(asked) {
			<-asked
		}
		cancel()
	}()
	j := job(address)
	r, err := load.Run(ctx, j)
	if err != nil || r.Right != 0 || r.Failed != 4 || r.Wall > j.Window {
		t.Errorf("after %s: %d right, %d failed, %v, want 4 failures at once", r.Wall, r.Right, r.Failed, err)
	}
}

// A server that goes away must not have the generator fail as fast as it can until the window is over.
func TestARunEndsWhenTheServerIsGone(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(s.Close)
	j := job(strings.TrimPrefix(s.URL, "http://"))
	j.Count = 0
	begun := time.Now()
	r := run(t, j)
	if r.Right != 0 || r.Failed == 0 || r.Failed > 100 || time.Since(begun) > j.Window {
		t.Errorf("after %s: %d right, %d failed, want a few failures and an early end: %v", time.Since(begun), r.Right, r.Failed, r.Failures)
	}
}

func TestAnswersOfEveryFramingAreRead(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"chunked": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"acti`)
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, `ve":true}`)
		},
		"closed after each": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			_, _ = io.WriteString(w, `{"active":true}`)
		},
		"long": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat(" ", 20_000)+`{"active":true}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if r := run(t, job(serve(t, h))); r.Right != 200 || r.Failed != 0 {
				t.Errorf("%d right, %d failed, want 200, 0: %v", r.Right, r.Failed, r.Failures)
			}
		})
	}
	t.Run("no content", func(t *testing.T) {
		j := job(serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
		j.Expect = load.Expect{Status: 204}
		if r := run(t, j); r.Right != 200 || r.Failed != 0 {
			t.Errorf("%d right, %d failed, want 200, 0: %v", r.Right, r.Failed, r.Failures)
		}
	})
}
