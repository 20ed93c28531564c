package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// words is a stderr that may be read while it is written.
type words struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

var readyLine = regexp.MustCompile(`introspectd is ready on (http://\S+)`)

// running is a daemon in this process.
type running struct {
	url    string
	stderr *words
	stop   context.CancelFunc
	code   chan int
}

// serving starts one on a free port, and has it stopped when the test ends.
func serving(t *testing.T, database string, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{stderr: new(words), stop: cancel, code: make(chan int, 1)}
	args = append([]string{"serve", "--listen", "127.0.0.1:0", "--database", database}, args...)
	go func() { r.code <- run(ctx, args, nil, strings.NewReader(""), io.Discard, r.stderr) }()
	t.Cleanup(cancel)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if m := readyLine.FindStringSubmatch(r.stderr.String()); m != nil {
			r.url = m[1]
			return r
		}
	}
	t.Fatalf("not ready: %s", r.stderr)
	return nil
}

// ended waits for the exit code.
func (r *running) ended(t *testing.T) int {
	t.Helper()
	select {
	case code := <-r.code:
		return code
	case <-time.After(20 * time.Second):
		t.Fatalf("does not end: %s", r.stderr)
		return -1
	}
}

// command runs one to its end in this process, and reads the JSON that it prints.
func command(t *testing.T, args ...string) map[string]any {
	t.Helper()
	var stdout, stderr strings.Builder
	if code := run(t.Context(), args, nil, strings.NewReader(""), &stdout, &stderr); code != exitDone {
		t.Fatalf("introspectd %s: exit code %d: %s", strings.Join(args, " "), code, &stderr)
	}
	var out map[string]any
	if text := stdout.String(); strings.HasPrefix(text, "{") {
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestTheDaemonLeavesNothingRunning(t *testing.T) {
	defer goleak.VerifyNone(t)
	d := serving(t, filepath.Join(t.TempDir(), "x.db"), "--admin-listen", "127.0.0.1:0")
	get(t, d.url+"/readyz", http.StatusOK)
	d.stop()
	if code := d.ended(t); code != exitDone {
		t.Errorf("exit code %d: %s", code, d.stderr)
	}
}

func TestAStartThatFailsLeavesNothingRunning(t *testing.T) {
	defer goleak.VerifyNone(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	database := filepath.Join(t.TempDir(), "x.db")
	for _, args := range [][]string{
		{"--listen", "127.0.0.1:0", "--admin-listen", l.Addr().String()},
		{"--listen", "127.0.0.1:0", "--audit-log", filepath.Join(t.TempDir(), "no", "audit")},
		{"--listen", "127.0.0.1:0", "--database", t.TempDir()},
	} {
		stderr := new(words)
		args = append([]string{"serve", "--database", database}, args...)
		if code := run(t.Context(), args, nil, nil, io.Discard, stderr); code != exitError {
			t.Errorf("%q: exit code %d: %s", args, code, stderr)
		}
	}
}

func get(t *testing.T, url string, want int) {
	t.Helper()
	answer, err := insecure.Get(url)
	if err != nil {
		t.Error(err)
		return
	}
	answer.Body.Close()
	if answer.StatusCode != want {
		t.Errorf("GET %s = %s, want %d", url, answer.Status, want)
	}
}

func TestReadinessFailsBeforeTheDoorCloses(t *testing.T) {
	d := serving(t, filepath.Join(t.TempDir(), "x.db"), "--shutdown-delay", "1s")
	d.stop()
	unready := 0
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		answer, err := insecure.Get(d.url + "/readyz")
		if err != nil {
			break // the door is closed
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusServiceUnavailable {
			unready++
		} else if unready > 0 {
			t.Fatalf("%s after it was unready", answer.Status)
		}
	}
	if unready < 5 {
		t.Errorf("unready was seen %d times before the door closed, want a second of it", unready)
	}
	if code := d.ended(t); code != exitDone {
		t.Errorf("exit code %d: %s", code, d.stderr)
	}
}

// begin sends the half of a request.
func begin(t *testing.T, url string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, "POST /introspect HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\ntok"); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACallInFlightIsAnsweredAtShutdown(t *testing.T) {
	d := serving(t, filepath.Join(t.TempDir(), "x.db"), "--shutdown-delay", "0s")
	c := begin(t, d.url)
	time.Sleep(100 * time.Millisecond) // it is inside
	d.stop()
	time.Sleep(300 * time.Millisecond)
	select {
	case code := <-d.code:
		t.Fatalf("ended with %d while a call was in flight", code)
	default:
	}
	if _, err := io.WriteString(c, "en=x"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("the call was cut off: %v", err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("answered %s, want 401", answer.Status)
	}
	if code := d.ended(t); code != exitDone {
		t.Errorf("exit code %d: %s", code, d.stderr)
	}
}

func TestASecondSignalEndsItNow(t *testing.T) {
	cmd := exec.Command("introspectd", "serve", "--listen", "127.0.0.1:0", "--database", filepath.Join(t.TempDir(), "x.db"))
	stderr := new(words)
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	var url string
	for deadline := time.Now().Add(20 * time.Second); url == "" && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if m := readyLine.FindStringSubmatch(stderr.String()); m != nil {
			url = m[1]
		}
	}
	begin(t, url) // keeps it draining for ten seconds
	time.Sleep(100 * time.Millisecond)
	begun := time.Now()
	for range 2 {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
	}
	err := cmd.Wait()
	if took := time.Since(begun); took > 3*time.Second || err == nil {
		t.Errorf("ended after %v with %v, want at once and not as if it had finished", took, err)
	}
}

func TestTheCommandLineReachesTheDaemonWithinHalfASecond(t *testing.T) {
	database := filepath.Join(t.TempDir(), "x.db")
	d := serving(t, database)
	at := []string{"--database", database}
	command(t, append(at, "audience", "add", "orders", "--caller", "web")...)
	command(t, append(at, "client", "add", "web", "--role", "login")...)
	api := command(t, append(at, "client", "add", "api", "--role", "api", "--audience", "orders")...)
	registered := time.Now()

	ask := func(token any) string {
		r, err := http.NewRequest("POST", d.url+"/introspect", strings.NewReader(fmt.Sprintf("token=%s", token)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth("api", fmt.Sprint(api["client_secret"]))
		answer, err := insecure.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return fmt.Sprintf("%d %.14s", answer.StatusCode, body)
	}
	within := func(since time.Time, token any, want string) {
		t.Helper()
		for ask(token) != want {
			if took := time.Since(since); took > 500*time.Millisecond {
				t.Fatalf("after %v still %q, want %q", took, ask(token), want)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	within(registered, "x", `200 {"active":fals`)
	for range 5 {
		opened := command(t, append(at, "session", "open", "--subject", "alice", "--client", "web", "--audience", "orders")...)
		if got := ask(opened["access_token"]); got != `200 {"active":true` {
			t.Fatalf("a token that was just issued: %s", got)
		}
		command(t, append(at, "session", "end", fmt.Sprint(opened["session_id"]))...)
		within(time.Now(), opened["access_token"], `200 {"active":fals`)
	}
}
