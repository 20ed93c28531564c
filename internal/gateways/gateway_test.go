package gateways_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// gateway is a program that we know how to start.
type gateway struct {
	name   string
	config string // in testdata
	args   func(config, dir string) []string
	// What its callers see of a no: whether it is ours with its body, or a page of the gateway's own; whether a 403 says which scope is wanted; and the
	// status while there is nobody to ask.
	page   string
	scopes bool
	away   int
}

var gateways = []gateway{
	{"nginx", "nginx.conf", func(config, dir string) []string { return []string{"-p", dir, "-e", "stderr", "-c", config} }, "text/html", false, http.StatusInternalServerError},
	{"caddy", "Caddyfile", func(config, _ string) []string { return []string{"run", "--config", config, "--adapter", "caddyfile"} }, "application/json", true, http.StatusBadGateway},
}

// find looks where Debian puts servers, too.
func (g gateway) find(t *testing.T) string {
	t.Helper()
	for _, name := range []string{g.name, "/usr/sbin/" + g.name} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("INTROSPECTD_TEST_ALL") != "" {
		t.Fatalf("%s is not installed", g.name)
	}
	t.Skipf("%s is not installed: what it does with our answers was not tested (apt-get install %s)", g.name, g.name)
	return ""
}

// start runs a gateway between callers and a service until the test is over, and gives its URL.
func (g gateway) start(t *testing.T, issuer, service string) string {
	t.Helper()
	program, dir := g.find(t), t.TempDir()
	text, err := os.ReadFile(filepath.Join("testdata", g.config))
	if err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	text = []byte(strings.NewReplacer("$DIR", dir, "$PORT", port, "$SERVICE", service, "$ISSUER", issuer).Replace(string(text)))
	config := filepath.Join(dir, g.config)
	if err := os.WriteFile(config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, g.args(config, dir)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_DATA_HOME=" + dir}
	said := &words{}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
		if t.Failed() {
			t.Logf("%s said: %s", g.name, said)
		}
	})
	g.await(t, address, ended, said)
	return "http://" + address
}

func (g gateway) await(t *testing.T, address string, ended chan error, said *words) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v: %s", g.name, err, said)
		default:
		}
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return
		}
	}
	t.Fatalf("%s does not listen: %s", g.name, said)
}

// freeAddress is one on which nobody listens, with a port below those that a system hands out by itself. Until the test is over the UDP port of that
// number is kept, by which other tests know that it is taken.
func freeAddress(t *testing.T) string {
	t.Helper()
	const first, last = 20_000, 32_000
	for {
		address := fmt.Sprint("127.0.0.1:", first+rand.IntN(last-first))
		kept, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		t.Cleanup(func() { kept.Close() })
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
}

// words is what a program says; it is read while it is written.
type words struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
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

// knock sends a request to a URL behind a gateway. Headers come in pairs.
func knock(t *testing.T, url string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(fmt.Errorf("through the gateway: %w", err))
	}
	res.Body.Close()
	return res
}
