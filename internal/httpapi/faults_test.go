package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/internal/httpapi"
	"github.com/introspectd/introspectd/internal/telemetry"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// errPlug has in it what must never get out.
var errPlug = errors.New(`dial tcp: dsn "postgres://admin:hunter2@db" SELECT digest FROM tokens`)

func TestAStoreThatIsAwayIs503AndSaysNothingOfTheToken(t *testing.T) {
	d := newDaemon(t, func(o *options) { o.capacity = 0 })
	p := d.open("alice")
	json := func() *http.Request {
		req := httptest.NewRequest(http.MethodPost, "/sessions", strings.NewReader(`{"subject":"alice","audience":"orders"}`))
		req.Header.Set("Content-Type", "application/json")
		return req
	}
	bearer := func(path string) *http.Request {
		req := httptest.NewRequest(http.MethodPost, path, nil)
		req.Header.Set("Authorization", "Bearer "+p.access)
		return req
	}
	asking := form("/introspect", "token", "x")
	asking.Header.Set("Authorization", "Bearer "+p.access)
	d.store.Fail(errPlug)
	for name, c := range map[string]struct {
		req    *http.Request
		client string
	}{
		"introspect":                        {form("/introspect", "token", p.access), "orders-api"},
		"introspect a token that never was": {form("/introspect", "token", session.NewHandle(session.Access).Reveal()), "orders-api"},
		"introspect with a token":           {asking, ""},
		"revoke":                            {form("/revoke", "token", p.access), "web"},
		"revoke refresh":                    {form("/revoke", "token", p.refresh), "web"},
		"refresh":                           {form("/token", "grant_type", "refresh_token", "refresh_token", p.refresh), "web"},
		"open":                              {json(), "web"},
		"list":                              {httptest.NewRequest(http.MethodGet, "/sessions?subject=alice", nil), "web"},
		"end one":                           {httptest.NewRequest(http.MethodDelete, "/sessions/"+p.session, nil), "web"},
		"end all":                           {httptest.NewRequest(http.MethodDelete, "/sessions?subject=alice", nil), "web"},
		"logout":                            {bearer("/logout"), ""},
	} {
		w := d.do(c.req, c.client)
		body := w.Body.String()
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" {
			t.Errorf("%s: %d %v, want 503 with Retry-After", name, w.Code, w.Header())
		}
		if strings.Contains(body, "active") || !strings.Contains(body, "temporarily_unavailable") || w.Header().Get("Revocation-Seq") != "" {
			t.Errorf("%s: %v %s", name, w.Header(), body)
		}
		for _, leak := range []string{"hunter2", "SELECT", "dial", p.access, p.refresh} {
			if strings.Contains(body, leak) {
				t.Errorf("%s: body has %q: %s", name, leak, body)
			}
		}
	}
	d.store.Fail(nil)
	if !d.active(p.access) {
		t.Error("the token is dead after requests that were all refused")
	}
}

// A memory under a live lease still answers; past the lease it must not.
func TestWithoutTheStoreWhatIsRememberedHoldsForTheLeaseOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		p := d.open("alice")
		for range 3 { // the memory shows what it took in a moment later
			d.active(p.access)
			time.Sleep(50 * time.Millisecond)
		}
		d.store.Fail(errPlug)
		if !d.active(p.access) {
			t.Error("not active from memory")
		}
		time.Sleep(3 * time.Second)
		w := d.do(form("/introspect", "token", p.access), "orders-api")
		if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "active") || w.Header().Get("Retry-After") == "" {
			t.Errorf("past the lease: %d %s", w.Code, w.Body)
		}
	})
}

func TestAChangeThatDoesNotSettleInTimeIs503(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t, func(o *options) {
			o.settle = func(ctx context.Context, _ session.Seq) error {
				<-ctx.Done()
				return fmt.Errorf("settle: %w", ctx.Err())
			}
		})
		p := d.open("alice")
		begun := time.Now()
		w := d.do(httptest.NewRequest(http.MethodDelete, "/sessions/"+p.session, nil), "web")
		if w.Code != http.StatusServiceUnavailable || time.Since(begun) != 10*time.Second {
			t.Errorf("%d after %v: %s", w.Code, time.Since(begun), w.Body)
		}
		req := httptest.NewRequest(http.MethodDelete, "/sessions/"+p.session, nil)
		req.Header.Set("Prefer", "respond-async")
		if w := d.do(req, "web"); w.Code != http.StatusAccepted {
			t.Errorf("without waiting: %d %s", w.Code, w.Body)
		}
	})
}

// Of two logouts at once, the one that finds the session ended waits for the other's entry all the same (pitfall P16).
func TestALogoutThatComesSecondIsSettledToo(t *testing.T) {
	var settled []session.Seq
	d := newDaemon(t, func(o *options) {
		o.settle = func(_ context.Context, seq session.Seq) error { settled = append(settled, seq); return nil }
	})
	p := d.open("alice")
	for _, want := range []int{http.StatusNoContent, http.StatusUnauthorized} {
		req := httptest.NewRequest(http.MethodPost, "/logout", nil)
		req.Header.Set("Authorization", "Bearer "+p.access)
		if w := d.do(req, ""); w.Code != want {
			t.Errorf("POST /logout = %d, want %d", w.Code, want)
		}
	}
	if !slices.Equal(settled, []session.Seq{1, 1}) {
		t.Errorf("settled %v, want entry 1 twice", settled)
	}
}

func TestATakingBackCompletesWhenTheClientHangsUp(t *testing.T) {
	for name, take := range map[string]func(d *daemon, p pair) (*http.Request, string){
		"revoke": func(_ *daemon, p pair) (*http.Request, string) { return form("/revoke", "token", p.refresh), "web" },
		"end": func(_ *daemon, p pair) (*http.Request, string) {
			return httptest.NewRequest(http.MethodDelete, "/sessions/"+p.session, nil), "web"
		},
		"logout": func(_ *daemon, p pair) (*http.Request, string) {
			req := httptest.NewRequest(http.MethodPost, "/logout", nil)
			req.Header.Set("Authorization", "Bearer "+p.access)
			return req, ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDaemon(t)
			p := d.open("alice")
			ctx, hangUp := context.WithCancel(t.Context())
			hangUp() // as early as can be: before the handler begins
			req, client := take(d, p)
			d.do(req.WithContext(ctx), client)
			if d.active(p.access) {
				t.Error("the token is active: the taking-back stopped with the connection")
			}
		})
	}
}

func TestAQuestionOfAClientThatHungUpIsNoTroubleOfOurs(t *testing.T) {
	d := newDaemon(t, func(o *options) { o.capacity = 0 })
	p := d.open("alice")
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	w := d.do(form("/introspect", "token", p.access).WithContext(ctx), "orders-api")
	if strings.Contains(w.Body.String(), "active") {
		t.Errorf("answered %s", w.Body)
	}
	if log := d.log.String(); !strings.Contains(log, "outcome=canceled") || strings.Contains(log, "level=ERROR") {
		t.Errorf("log: %s", log)
	}
}

type answering func() (introspect.Answer, error)

func (f answering) Answer(context.Context, *caller.Client, session.Handle, time.Time) (introspect.Answer, error) {
	return f()
}

func TestAPanicIs500WithoutDetailAndHarmsNobodyElse(t *testing.T) {
	calls := 0
	handle, jwt := session.NewHandle(session.Access).Reveal(), ""
	log, level := &lines{}, new(slog.LevelVar)
	level.Set(slog.LevelDebug)
	logger, err := telemetry.NewLogger(telemetry.LogConfig{Out: log, Format: "json", Level: level}) // as the program has it
	if err != nil {
		t.Fatal(err)
	}
	d := newDaemon(t, func(o *options) {
		o.http = func(c *httpapi.Config) {
			c.Log = logger
			c.Answers = answering(func() (introspect.Answer, error) {
				if calls++; calls == 1 {
					panic(fmt.Errorf("hunter2 with %q and %s", handle, jwt))
				}
				return introspect.Answer{}, nil
			})
		}
	})
	jwt = d.jwt(d.open("alice").access)
	server := httptest.NewServer(d.Handler())
	defer server.Close()
	for i, want := range []int{http.StatusInternalServerError, http.StatusOK} {
		req := form(server.URL+"/introspect", "token", "x")
		req.RequestURI = ""
		req.SetBasicAuth("orders-api", secrets["orders-api"])
		res, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var body [512]byte
		n, _ := res.Body.Read(body[:])
		_ = res.Body.Close()
		if res.StatusCode != want || strings.Contains(string(body[:n]), "hunter2") {
			t.Errorf("call %d: %d %s", i, res.StatusCode, body[:n])
		}
		if want == http.StatusInternalServerError && !strings.Contains(string(body[:n]), `"server_error"`) {
			t.Errorf("call %d: %s", i, body[:n])
		}
	}
	if !strings.Contains(log.String(), "hunter2") {
		t.Error("the log does not say what happened")
	}
	for _, secret := range append(strings.Split(jwt, "."), strings.TrimPrefix(handle, "ita_")) {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %s: %s", secret, log)
		}
	}
}

func TestAnErrorThatNobodyKnowsIs500WithTheDetailInTheLog(t *testing.T) {
	d := newDaemon(t, func(o *options) {
		o.http = func(c *httpapi.Config) {
			c.Answers = answering(func() (introspect.Answer, error) { return introspect.Answer{Active: true}, errPlug })
		}
	})
	w := d.do(form("/introspect", "token", "x"), "orders-api")
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "active") || strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(d.log.String(), "hunter2") {
		t.Error("the log does not say what happened")
	}
}

// Half an answer must not look like a whole one.
func TestAPanicInTheMiddleOfAnAnswerBreaksTheConnection(t *testing.T) {
	d := newDaemon(t, func(o *options) {
		o.http = func(c *httpapi.Config) {
			c.PublicMetrics = true
			c.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte("first half\n"))
				panic("no second")
			})
		}
	})
	server := httptest.NewUnstartedServer(d.Handler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	defer server.Close()
	res, err := server.Client().Get(server.URL + "/metrics")
	if err == nil {
		_, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	if err == nil {
		t.Error("half an answer arrived as a whole one")
	}
}
