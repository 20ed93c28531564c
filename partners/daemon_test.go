package partners_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// words is what the daemon says; it is read while it is written.
type words struct {
	mu   sync.Mutex
	text bytes.Buffer
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

// daemon is a running one, with two audiences and four clients.
type daemon struct {
	issuer   string       // how clients call it
	url      string       // where it listens
	http     *http.Client // trusts it
	database string
	said     *words
	secrets  map[string]string // by client
}

var (
	readyLine   = regexp.MustCompile(`introspectd is ready on (https?://\S+)`)
	wholeHandle = regexp.MustCompile(`it[args]_[0-9A-Za-z]{49}`)
)

// start registers and serves. What is in flags comes behind what is always said.
func start(t *testing.T, trust *http.Client, flags ...string) *daemon {
	t.Helper()
	d := &daemon{http: trust, database: filepath.Join(t.TempDir(), "introspectd.db"), said: new(words), secrets: map[string]string{}}
	d.register(t)
	flags = append([]string{"serve", "--database", d.database, "--listen", "127.0.0.1:0", "--log-level", "debug"}, flags...)
	cmd := d.command(flags...)
	cmd.Stderr = d.said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { d.stop(t, cmd, ended) })
	d.awaitReady(t, ended)
	d.issuer = d.url
	if at := slices.Index(flags, "--issuer"); at >= 0 {
		d.issuer = flags[at+1]
	}
	return d
}

// command is one whose settings are its flags and nothing else.
func (d *daemon) command(args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "INTROSPECTD_") })
	return cmd
}

func (d *daemon) awaitReady(t *testing.T, ended chan error) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("ended before it was ready: %v: %s", err, d.said)
		default:
		}
		m := readyLine.FindStringSubmatch(d.said.String())
		if m == nil {
			continue
		}
		answer, err := d.http.Get(m[1] + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			d.url = m[1]
			return
		}
	}
	t.Fatalf("not ready: %s", d.said)
}

// stop ends it as an operator would. Nothing that the clients sent may be left in what it said.
func (d *daemon) stop(t *testing.T, cmd *exec.Cmd, ended <-chan error) {
	_ = cmd.Process.Signal(syscall.SIGTERM) // one that has ended says so below
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("ended with %v: %s", err, d.said)
		}
	case <-time.After(30 * time.Second):
		_ = cmd.Process.Kill()
		t.Errorf("does not end: %s", d.said)
	}
	if wholeHandle.MatchString(d.said.String()) {
		t.Error("a token or secret is in the log")
	}
}
