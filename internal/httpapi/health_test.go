package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/internal/httpapi"
)

func ask(h http.Handler, target string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w.Code, w.Body.String()
}

func TestReadinessSaysWhatIsWrongInWordsOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		looks := 0
		d := newDaemon(t, func(o *options) {
			o.http = func(c *httpapi.Config) {
				c.Checks = []httpapi.Check{
					{Name: "database", Check: func(context.Context) error {
						looks++
						if broken.Load() {
							return errPlug
						}
						return nil
					}},
					{Name: "keys", Check: func(context.Context) error { return nil }},
					{
						Name: "disk", Check: func(context.Context) error { return nil },
						Details: func(context.Context) string { return "fsync=on" },
					},
					{
						Name: "lease", Check: func(context.Context) error {
							if broken.Load() {
								return errPlug
							}
							return nil
						},
						Details: func(context.Context) string { return "long enough" },
						Why:     func(err error) string { return fmt.Sprintf("for 3s: plugged %v", errors.Is(err, errPlug)) },
					},
				}
			}
		})
		for name, h := range map[string]http.Handler{"public": d.Handler(), "admin": d.AdminHandler()} {
			broken.Store(false)
			time.Sleep(time.Second)
			if code, body := ask(h, "/readyz"); code != http.StatusOK || body != "ready\n" {
				t.Errorf("%s: %d %q", name, code, body)
			}
			if code, body := ask(h, "/readyz?verbose"); code != http.StatusOK || body != "database ok 0s\nkeys ok 0s\ndisk ok 0s fsync=on\nlease ok 0s long enough\nready\n" {
				t.Errorf("%s: verbose: %d %q", name, code, body)
			}
			broken.Store(true)
			time.Sleep(time.Second)
			code, body := ask(h, "/readyz?verbose")
			if code != http.StatusServiceUnavailable || body != "database failed 0s\nkeys ok 0s\ndisk ok 0s fsync=on\nlease failed 0s for 3s: plugged true\nnot ready\n" {
				t.Errorf("%s: broken: %d %q", name, code, body)
			}
			if code, _ := ask(h, "/livez"); code != http.StatusOK {
				t.Errorf("%s: not alive because the database is away: %d", name, code)
			}
		}
		if !strings.Contains(d.log.String(), "hunter2") {
			t.Error("the log does not say why")
		}
		before := looks
		for range 1000 {
			ask(d.Handler(), "/readyz")
		}
		if looks > before+1 {
			t.Errorf("1000 probes at once looked %d times", looks-before)
		}
	})
}

func TestAStoppingDaemonIsUnreadyBeforeAllElse(t *testing.T) {
	d := newDaemon(t)
	d.SetReady(false)
	if code, body := ask(d.Handler(), "/readyz"); code != http.StatusServiceUnavailable || body != "stopping\n" {
		t.Errorf("%d %q", code, body)
	}
	p := d.open("alice") // what still comes is served
	if !d.active(p.access) {
		t.Error("not served while stopping")
	}
}

func TestACheckThatHangsHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t, func(o *options) {
			o.http = func(c *httpapi.Config) {
				c.Checks = []httpapi.Check{{Name: "database", Check: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}}
			}
		})
		if code, _ := ask(d.Handler(), "/readyz"); code != http.StatusServiceUnavailable {
			t.Errorf("%d", code)
		}
	})
}

func TestMetricsAreForOperators(t *testing.T) {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("metrics here\n")) })
	for _, public := range []bool{false, true} {
		d := newDaemon(t, func(o *options) {
			o.http = func(c *httpapi.Config) { c.Metrics, c.PublicMetrics = metrics, public }
		})
		if code, body := ask(d.AdminHandler(), "/metrics"); code != http.StatusOK || body != "metrics here\n" {
			t.Errorf("admin: %d %q", code, body)
		}
		if code, _ := ask(d.Handler(), "/metrics"); (code == http.StatusOK) != public {
			t.Errorf("public %v: %d", public, code)
		}
		if code, _ := ask(d.AdminHandler(), "/sessions?subject=alice"); code != http.StatusNotFound {
			t.Errorf("the admin handler serves sessions: %d", code)
		}
	}
}

func TestNewRefusesWhatWouldNotWork(t *testing.T) {
	good := func() httpapi.Config {
		var c httpapi.Config
		newDaemon(t, func(o *options) { o.http = func(made *httpapi.Config) { c = *made } })
		return c
	}
	for name, change := range map[string]func(*httpapi.Config){
		"no sessions":                 func(c *httpapi.Config) { c.Sessions = nil },
		"no answers":                  func(c *httpapi.Config) { c.Answers = nil },
		"no callers":                  func(c *httpapi.Config) { c.Callers = nil },
		"no issuer":                   func(c *httpapi.Config) { c.Issuer = "" },
		"an issuer with query":        func(c *httpapi.Config) { c.Issuer = "https://id.example?x" },
		"an issuer with slash":        func(c *httpapi.Config) { c.Issuer = "https://id.example/" },
		"an issuer that is a pattern": func(c *httpapi.Config) { c.Issuer = "https://id.example/:id" },
		"negative time":               func(c *httpapi.Config) { c.Writing = -1 },
	} {
		c := good()
		change(&c)
		if s, err := httpapi.New(c); err == nil || s != nil {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	if _, err := httpapi.New(good()); err != nil {
		t.Error(errors.Unwrap(err), err)
	}
}
