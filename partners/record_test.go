package partners_test

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"testing"
)

// answer is one as the daemon sent it, before any client has read it.
type answer struct {
	Step    string            `json:"step"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"` // lower case
	Body    string            `json:"body"`
}

// recorder sits below a client's http.Client, which is where its authors let one listen, and keeps the answers.
type recorder struct {
	below http.RoundTripper

	mu      sync.Mutex
	answers []answer
}

// recording is a client for other people's code, and what it hears.
func (d *daemon) recording() (*http.Client, *recorder) {
	r := &recorder{below: d.http.Transport}
	if r.below == nil {
		r.below = http.DefaultTransport
	}
	return &http.Client{Transport: r, CheckRedirect: d.http.CheckRedirect, Timeout: d.http.Timeout}, r
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := r.below.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	headers := map[string]string{}
	for _, name := range []string{"content-type", "cache-control", "www-authenticate"} {
		if v := res.Header.Get(name); v != "" {
			headers[name] = v
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = append(r.answers, answer{Method: req.Method, Path: req.URL.Path, Status: res.StatusCode, Headers: headers, Body: string(body)})
	return res, nil
}

// last is the answer to the latest request.
func (r *recorder) last(t *testing.T) answer {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.answers) == 0 {
		t.Fatal("the client asked nothing")
	}
	return r.answers[len(r.answers)-1]
}

// count is how many requests a path got.
func (r *recorder) count(path string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, a := range r.answers {
		if a.Path == path {
			n++
		}
	}
	return n
}
