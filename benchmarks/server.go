package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/introspectd/introspectd/benchmarks/process"
)

// server is a process that answers.
type server struct {
	child   *process.Child
	address string
}

// servers are all that a run has started.
type servers struct{ all []*server }

func (s *servers) stop() {
	var wg sync.WaitGroup
	for _, one := range s.all {
		wg.Go(func() { _ = one.child.Stop() }) // its end is what counts; what it complained of is in its log
	}
	wg.Wait()
}

// ready is how both floor and daemon say where they are to be found.
const ready = " is ready on http://"

// starting bounds a start: a database of a million sessions is opened in a moment.
const starting = 20 * time.Second

// start runs a server on the servers' processor until it is ready.
func (b *bench) start(ctx context.Context, stdin io.Reader, path string, args ...string) (*server, error) {
	// A file, not a pipe: copying log lines would cost this process time on somebody's processor.
	log, err := os.Create(filepath.Join(b.work, fmt.Sprintf("server-%d.log", len(b.up.all))))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	child, err := process.Start(ctx, process.Command{
		Path: path, Args: args, Dir: b.work, Env: bare(os.Environ()), Pin: b.place.Pinned, CPU: b.place.Server,
		Stdin: stdin, Stderr: log,
	})
	if err != nil {
		return nil, err
	}
	s := &server{child: child}
	b.up.all = append(b.up.all, s)
	if s.address, err = s.awaitReady(ctx, log.Name()); err != nil {
		return nil, errors.Join(err, child.Stop())
	}
	return s, nil
}

// bare is the environment without introspectd's settings: those of the reader are not what is measured.
func bare(environment []string) []string {
	var out []string
	for _, e := range environment {
		if !strings.HasPrefix(e, "INTROSPECTD_") {
			out = append(out, e)
		}
	}
	return out
}

func (s *server) awaitReady(ctx context.Context, log string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, starting)
	defer cancel()
	for {
		ended := false
		select {
		case <-s.child.Done():
			ended = true // and all that it had to say is in the log
		default:
		}
		text, err := os.ReadFile(log)
		if err != nil {
			return "", err
		}
		if _, rest, found := strings.Cut(string(text), ready); found {
			if address, _, whole := strings.Cut(strings.ReplaceAll(rest, "\n", " "), " "); whole {
				return address, nil
			}
		}
		if ended {
			return "", fmt.Errorf("a server ended before it was ready (%v): %s", s.child.Wait(), lastLine(string(text)))
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("a server was not ready within %s: %s", starting, lastLine(string(text)))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// get reads a small page of a server.
func (s *server) get(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+path, nil)
	if err != nil {
		return "", err
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("GET %s: status %d", path, resp.StatusCode)
	}
	return string(body), nil
}
