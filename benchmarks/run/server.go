package run

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/process"
)

// server is a process that answers.
type server struct {
	child   *process.Child
	address string
	log     string // file
	family  int    // process whose children work for it too: its database's; 0: none
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

// starting bounds a start: a database of a million sessions is opened in a moment.
const starting = 20 * time.Second

// start runs a part that serves on the servers' processor until it is ready.
func (b *bench) start(ctx context.Context, word string, task any) (*server, error) {
	in, err := json.Marshal(task)
	if err != nil {
		return nil, err
	}
	// A file, not a pipe: copying log lines would cost this process time on somebody's processor.
	log, err := os.Create(filepath.Join(b.work, fmt.Sprintf("%s-%d.log", word, len(b.up.all))))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	child, err := process.Start(ctx, b.command(word, b.place.Server, bytes.NewReader(in), nil, log))
	if err != nil {
		return nil, err
	}
	s := &server{child: child, log: log.Name()}
	b.up.all = append(b.up.all, s)
	if s.address, err = s.awaitReady(ctx, log.Name()); err != nil {
		_ = child.Stop() // what it has to say of its end is in the error
		return nil, fmt.Errorf("start %s: %w", word, err)
	}
	return s, nil
}

// command is a part as a child process.
func (b *bench) command(word string, cpu int, stdin io.Reader, stdout, stderr io.Writer) process.Command {
	args := append(append([]string{}, b.self[1:]...), partWord, word)
	return process.Command{
		Path: b.self[0], Args: args, Dir: b.work, Env: bare(os.Environ()), Pin: b.place.Pinned, CPU: cpu,
		Stdin: stdin, Stdout: stdout, Stderr: stderr,
	}
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
		if _, rest, found := strings.Cut(string(text), part.Ready); found {
			if address, _, whole := strings.Cut(strings.ReplaceAll(rest, "\n", " "), " "); whole {
				return address, nil
			}
		}
		if ended {
			return "", fmt.Errorf("it ended before it was ready: %s", lastWords(s.child.Wait(), string(text)))
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("it was not ready within %s: %s", starting, lastLine(string(text)))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// lastWords are what a process said in the end, or how it ended.
func lastWords(end error, text string) string {
	if last := lastLine(text); last != "" {
		return last
	}
	return fmt.Sprint(end)
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

func (s *server) url(path string) string { return "http://" + s.address + path }

// get reads a small page of a server.
func (s *server) get(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequest(http.MethodGet, s.url(path), http.NoBody)
	if err != nil {
		return "", err
	}
	return fetch(ctx, req, http.StatusOK)
}

// fetch makes one request that is not measured.
func fetch(ctx context.Context, req *http.Request, want int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req = req.WithContext(ctx)
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
	if resp.StatusCode != want {
		return "", fmt.Errorf("%s %s: status %d, want %d", req.Method, req.URL.Path, resp.StatusCode, want)
	}
	return string(body), nil
}
