package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/internal/config"
)

func TestTheDoctorRepeatsWhatTheDaemonSays(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   finding
	}{
		"well": {200, "database ok 1ms\nlease ok 0s\nready\n", finding{"daemon", true, "the one at ADDR is ready"}},
		"cut off": {
			503, "database ok 1ms\nlease failed 1s for 12.4s: the database did not answer in time\x1b[2J\nnot ready\n",
			finding{"daemon", false, "the one at ADDR is not ready; lease failed: 1s for 12.4s: the database did not answer in time?[2J"},
		},
		"stopping":      {503, "database ok 1ms\nstopping\n", finding{"daemon", false, "the one at ADDR is stopping"}},
		"another":       {404, "not here\n", finding{"daemon", true, "none answers at ADDR from here"}},
		"another still": {503, "<html>away</html>", finding{"daemon", true, "none answers at ADDR from here"}},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.String() != "/readyz?verbose" {
				t.Errorf("asked for %v", r.URL)
			}
			w.WriteHeader(c.status)
			_, _ = fmt.Fprint(w, c.body)
		}))
		address := strings.TrimPrefix(server.URL, "http://")
		c.want.Detail = strings.ReplaceAll(c.want.Detail, "ADDR", address)
		for _, s := range []config.Settings{{Listen: address}, {Listen: "127.0.0.1:1", AdminListen: address}} {
			if got := (&desk{settings: s}).daemonFinding(t.Context()); got != c.want {
				t.Errorf("%s: %+v, want %+v", name, got, c.want)
			}
		}
		server.Close()
	}
	if got := (&desk{settings: config.Settings{Listen: "127.0.0.1:1"}}).daemonFinding(t.Context()); !got.OK {
		t.Errorf("without a daemon: %+v", got)
	}
}
