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
	"sync/atomic"
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
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
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
	case <-time.After(time.Minute):
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
	unready := 0
	for _, delay := range []string{"1s", "5s", "20s"} { // a busy machine may stand still for the whole of one
		if unready = stopping(t, delay); unready >= 5 {
			return
		}
	}
	t.Errorf("unready was seen %d times before the door closed, want all of its last seconds", unready)
}

// stopping stops a daemon, and counts how often it was seen unready before the door closed.
func stopping(t *testing.T, delay string) (unready int) {
	t.Helper()
	d := serving(t, filepath.Join(t.TempDir(), "x.db"), "--shutdown-delay", delay)
	d.stop()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
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
	if code := d.ended(t); code != exitDone {
		t.Errorf("exit code %d: %s", code, d.stderr)
	}
	return unready
}

// begin sends the half of a request, and returns when somebody waits for the rest.
func begin(t *testing.T, url string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	const proceed = "HTTP/1.1 100 Continue\r\n\r\n" // RFC 9110 §10.1.1: the server says so when it reads the body
	if _, err := io.WriteString(c, "POST /introspect HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, len(proceed))
	if _, err := io.ReadFull(c, said); err != nil || string(said) != proceed {
		t.Fatalf("the server says %q, %v; want %q", said, err, proceed)
	}
	if _, err := io.WriteString(c, "tok"); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACallInFlightIsAnsweredAtShutdown(t *testing.T) {
	d := serving(t, filepath.Join(t.TempDir(), "x.db"), "--shutdown-delay", "0s")
	c := begin(t, d.url)
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
	for deadline := time.Now().Add(time.Minute); url == "" && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if m := readyLine.FindStringSubmatch(stderr.String()); m != nil {
			url = m[1]
		}
	}
	begin(t, url) // keeps it draining for ten seconds
	terminate := func() {
		t.Helper()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	terminate()
	for ready := true; ready; time.Sleep(5 * time.Millisecond) { // until it knows of the first
		answer, err := insecure.Get(url + "/readyz")
		if ready = err == nil && answer.StatusCode == http.StatusOK; err == nil {
			answer.Body.Close()
		}
	}
	begun := time.Now()
	terminate()
	err := cmd.Wait()
	if took := time.Since(begun); took > 8*time.Second || err == nil {
		t.Errorf("ended after %v with %v, want at once and not as if it had finished", took, err)
	}
}

// lateness adds up by how much a goroutine of this process was woken too late: for so long nobody in it got on, and no promise could be kept.
type lateness struct{ sum atomic.Int64 }

func watch(t *testing.T) *lateness {
	t.Helper()
	l, ctx := new(lateness), t.Context()
	go func() {
		const nap = 2 * time.Millisecond
		for ctx.Err() == nil {
			begun := time.Now()
			time.Sleep(nap)
			l.sum.Add(int64(time.Since(begun) - nap))
		}
	}()
	return l
}

func (l *lateness) now() time.Duration { return time.Duration(l.sum.Load()) }

func TestTheCommandLineReachesTheDaemonWithinHalfASecond(t *testing.T) {
	database := filepath.Join(t.TempDir(), "x.db")
	d := serving(t, database)
	at := []string{"--database", database}
	command(t, append(at, "audience", "add", "orders", "--caller", "web")...)
	command(t, append(at, "client", "add", "web", "--role", "login")...)
	late := watch(t)

	askOnce := func(api map[string]any, token any) string {
		r, err := http.NewRequest("POST", d.url+"/introspect", strings.NewReader(fmt.Sprintf("token=%s", token)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(fmt.Sprint(api["client_id"]), fmt.Sprint(api["client_secret"]))
		answer, err := insecure.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return fmt.Sprintf("%d %.14s", answer.StatusCode, body)
	}
	ask := func(api map[string]any, token any) string {
		for until := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			if said := askOnce(api, token); !strings.HasPrefix(said, "503") || time.Now().After(until) { // nobody promises an answer while the machine stands still
				return said
			}
		}
	}
	slow := 0
	for n := range 6 {
		api := command(t, append(at, "client", "add", fmt.Sprint("api-", n), "--role", "api", "--audience", "orders")...)
		registered, before := time.Now(), late.now()
		for ask(api, "x") != `200 {"active":fals` {
			if time.Since(registered) > time.Minute {
				t.Fatalf("the daemon still says %q to a client that was registered", ask(api, "x"))
			}
			time.Sleep(5 * time.Millisecond)
		}
		if took, stood := time.Since(registered), late.now()-before; took-stood > 500*time.Millisecond {
			t.Logf("it took %v until a client was known, %v of which this process stood still", took, stood)
			slow++
		}
		opened := command(t, append(at, "session", "open", "--subject", "alice", "--client", "web", "--audience", "orders")...)
		if got := ask(api, opened["access_token"]); got != `200 {"active":true` {
			t.Fatalf("a token that was just issued: %s", got)
		}
		command(t, append(at, "session", "end", fmt.Sprint(opened["session_id"]))...)
		if got := ask(api, opened["access_token"]); got != `200 {"active":fals` {
			t.Errorf("a token of a session that was ended: %s", got)
		}
	}
	if slow > 2 { // of six
		t.Error("what the command line changes does not reach the daemon in half a second")
	}
}
