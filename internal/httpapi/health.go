package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Check is one thing without which no work should be sent here. Its error goes to the log; strangers see the name only.
type Check struct {
	Name  string
	Check func(ctx context.Context) error
	// Details is what ?verbose shows beside the verdict, for anybody to read. Nil: nothing.
	Details func(ctx context.Context) string
	// Why is what ?verbose shows beside a failure, for anybody to read: in words of its own, never the error's, which may say where the database is and
	// who we are there. Nil: nothing.
	Why func(err error) string
}

// readiness keeps the last verdict for a moment: probes come from many places, and each must not cost a look at the database.
type readiness struct {
	mu      sync.Mutex // held while looking, so that one look serves all who wait
	at      time.Time
	results []result
}

type result struct {
	name    string
	took    time.Duration
	err     error
	details string
}

const (
	verdictLasts = 250 * time.Millisecond // far below the time between two probes of anybody
	checkLasts   = 2 * time.Second        // a check that takes longer has failed
)

func (s *Server) look() []result {
	r := &s.readiness
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.at.IsZero() && time.Since(r.at) < verdictLasts {
		return r.results
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkLasts)
	defer cancel()
	results := make([]result, 0, len(s.cfg.Checks))
	for _, c := range s.cfg.Checks {
		begun := time.Now()
		err := c.Check(ctx)
		r := result{name: c.Name, took: time.Since(begun), err: err}
		switch {
		case err == nil && c.Details != nil:
			r.details = c.Details(ctx)
		case err != nil && c.Why != nil:
			r.details = c.Why(err)
		}
		results = append(results, r)
	}
	r.results, r.at = results, time.Now()
	return results
}

// live says that the process answers, and no more: a database that is away is no reason to be restarted.
func (x *exchange) live() error {
	x.lines(http.StatusOK, "ok\n")
	return nil
}

// ready says whether work should be sent here. With ?verbose it says what was looked at.
func (x *exchange) ready() error {
	status, words := http.StatusOK, "ready\n"
	var details string
	for _, r := range x.server.look() {
		verdict := "ok"
		if r.err != nil {
			verdict, status, words = "failed", http.StatusServiceUnavailable, "not ready\n"
			x.server.notes.trouble(x, "check "+r.name, r.err)
		}
		details += strings.TrimRight(fmt.Sprintf("%s %s %v %s", r.name, verdict, r.took.Round(10*time.Microsecond), r.details), " ") + "\n"
	}
	if x.server.unready.Load() {
		status, words = http.StatusServiceUnavailable, "stopping\n"
	}
	if status != http.StatusOK {
		x.outcome = outcomeUnready
	}
	if x.r.URL.Query().Has("verbose") {
		words = details + words
	}
	x.lines(status, words)
	return nil
}

func (x *exchange) lines(status int, text string) {
	x.w.Header()["Content-Type"] = []string{"text/plain; charset=utf-8"}
	x.w.WriteHeader(status)
	_, _ = x.w.Write([]byte(text))
}
