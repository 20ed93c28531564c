package main

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// call is one request to a service, as its caller saw it.
type call struct {
	begun  time.Time // before the first byte was written
	took   time.Duration
	status int // 0: no answer
}

// load calls each service over and over, from a few callers at once, until it is stopped.
type load struct {
	client *http.Client
	token  func(ctx context.Context, s *service) string // that a caller of the service has

	mu    sync.Mutex
	calls map[string][]call // by service; guarded by mu
}

// callersPerService is enough to have a call in flight at the moment of the logout.
const callersPerService = 2

// pause keeps the demo from being a load test: about four hundred calls a second and service.
const pause = 5 * time.Millisecond

func newLoad(token func(context.Context, *service) string) *load {
	return &load{client: newClient(), token: token, calls: map[string][]call{}}
}

// run returns when ctx has ended and every call begun before has been answered.
func (l *load) run(ctx context.Context, services []*service) {
	var callers sync.WaitGroup
	for _, s := range services {
		for range callersPerService {
			callers.Go(func() {
				for ctx.Err() == nil {
					l.once(ctx, s)
					time.Sleep(pause)
				}
			})
		}
	}
	callers.Wait()
	l.client.CloseIdleConnections()
}

func (l *load) once(ctx context.Context, s *service) {
	token := l.token(ctx, s)
	req, err := http.NewRequest(http.MethodGet, s.url, nil)
	if err != nil {
		panic(err) // the URL is our own listener's
	}
	req.Header.Set("Authorization", "Bearer "+token)
	c := call{begun: time.Now()}
	if resp, err := l.client.Do(req); err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		c.status = resp.StatusCode
	}
	c.took = time.Since(c.begun)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls[s.name] = append(l.calls[s.name], c)
}

// said sums up what one service answered to some of the calls.
type said struct {
	calls    int
	accepted int
	last     time.Time // when the last accepted one began
	statuses []int     // that occurred, ascending
	p50, p99 time.Duration
}

func sum(calls []call, which func(call) bool) said {
	var out said
	var took []time.Duration
	for _, c := range calls {
		if !which(c) {
			continue
		}
		out.calls++
		if c.status == http.StatusOK {
			out.accepted++
			if c.begun.After(out.last) {
				out.last = c.begun
			}
		}
		if !slices.Contains(out.statuses, c.status) {
			out.statuses = append(out.statuses, c.status)
		}
		took = append(took, c.took)
	}
	slices.Sort(out.statuses)
	slices.Sort(took)
	if n := len(took); n > 0 {
		out.p50, out.p99 = took[n/2], took[n*99/100]
	}
	return out
}

// count says how many calls began in a span of time.
func (l *load) count(from, to time.Time) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, calls := range l.calls {
		n += sum(calls, func(c call) bool { return c.begun.After(from) && c.begun.Before(to) }).calls
	}
	return max(n, 1)
}
