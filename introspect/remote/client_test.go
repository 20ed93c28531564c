package remote_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session"
)

var secret = oauth.NewSecret("its_canary-of-the-secret")

// asking is a client of a server that answers as h does.
func asking(t *testing.T, h http.HandlerFunc, more ...func(*remote.Config)) (*remote.Client, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	cfg := remote.Config{Endpoint: server.URL + "/introspect", ClientID: "orders", Secret: secret}
	for _, change := range more {
		change(&cfg)
	}
	c, err := remote.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, server
}

// saying answers every question with a body.
func saying(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestTheRequestIsAFormInABodyWithBasicCredentials(t *testing.T) {
	token := session.NewHandle(session.Access)
	c, _ := asking(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b, found, err := oauth.BasicCredentials(r.Header)
		if err != nil || !found || b.Decoded.ID != "or:d ers" || b.Decoded.Secret.Reveal() != "p%ss:wörd" {
			t.Errorf("credentials %q are read as %v, %v, %v", r.Header.Get("Authorization"), b, found, err)
		}
		if got := string(body); got != "token="+token.Reveal() || r.Method != "POST" || r.RequestURI != "/introspect" {
			t.Errorf("%s %s with the body %q", r.Method, r.RequestURI, got)
		}
		if kind := r.Header.Get("Content-Type"); kind != oauth.MediaForm {
			t.Errorf("Content-Type %q", kind)
		}
		if want := r.Header.Get("Accept"); want != oauth.MediaJSON { // a signed answer could be kept and shown later, and would have to be checked for its age
			t.Errorf("Accept %q", want)
		}
		saying(200, oauth.MediaJSON, `{"active":true,"sub":"alice"}`)(w, r)
	}, func(c *remote.Config) { c.ClientID, c.Secret = "or:d ers", oauth.NewSecret("p%ss:wörd") })
	a, err := c.Introspect(t.Context(), token)
	if err != nil || a.Subject != "alice" || !a.Active {
		t.Errorf("Introspect = %+v, %v", a, err)
	}
}

func TestWhatIsNotOneGoodAnswerIsAnError(t *testing.T) {
	const active = `{"active":true}`
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
	}{
		{"no member active", saying(200, oauth.MediaJSON, `{"sub":"alice"}`)},
		{"active a string", saying(200, oauth.MediaJSON, `{"active":"true"}`)},
		{"active a number", saying(200, oauth.MediaJSON, `{"active":1}`)},
		{"active null", saying(200, oauth.MediaJSON, `{"active":null}`)},
		{"Active", saying(200, oauth.MediaJSON, `{"Active":true}`)},
		{"active twice", saying(200, oauth.MediaJSON, `{"active":false,"active":true}`)},
		{"two objects", saying(200, oauth.MediaJSON, active+active)},
		{"cut short", saying(200, oauth.MediaJSON, `{"active":true`)},
		{"nothing", saying(200, oauth.MediaJSON, "")},
		{"HTML", saying(200, "text/html", "<html>ok</html>")},
		{"JSON as text", saying(200, "text/plain", active)},
		{"a signed answer that was not asked for", saying(200, oauth.MediaIntrospectionJWT, "e30.e30.")},
		{"another charset", saying(200, "application/json; charset=utf-16", active)},
		{"no Content-Type", func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			_, _ = io.WriteString(w, active)
		}},
		{"compressed", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			saying(200, oauth.MediaJSON, active)(w, r)
		}},
		{"201", saying(201, oauth.MediaJSON, active)},
		{"204", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }},
		{"400", saying(400, oauth.MediaJSON, active)},
		{"404", saying(404, oauth.MediaJSON, active)},
		{"500", saying(500, oauth.MediaJSON, active)},
		{"503 that says inactive", saying(503, oauth.MediaJSON, `{"active":false}`)},
		{"too long", saying(200, oauth.MediaJSON, `{"active":true,"x":"`+strings.Repeat("x", introspect.MaxAnswer)+`"}`)},
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", oauth.MediaJSON)
			for r.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte(" "), 1<<16)); err != nil {
					return
				}
			}
		}},
		{"broken off", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			saying(200, oauth.MediaJSON, active)(w, r)
		}},
		{"connection closed", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	} {
		client, _ := asking(t, c.handler)
		a, err := client.Introspect(t.Context(), session.NewHandle(session.Access))
		if !errors.Is(err, session.ErrUnavailable) || errors.Is(err, remote.ErrRejected) || a != (introspect.Answer{}) {
			t.Errorf("%s: Introspect = %+v, %v, want nothing and an error that wraps ErrUnavailable", c.name, a, err)
		}
	}
}

func TestARejectedClientIsNotAnOutage(t *testing.T) {
	for _, status := range []int{401, 403} {
		client, _ := asking(t, saying(status, oauth.MediaJSON, `{"error":"invalid_client"}`))
		a, err := client.Introspect(t.Context(), session.NewHandle(session.Access))
		if !errors.Is(err, remote.ErrRejected) || errors.Is(err, session.ErrUnavailable) || a.Active {
			t.Errorf("%d: Introspect = %+v, %v, want ErrRejected", status, a, err)
		}
	}
}

func TestRetryAfterIsPassedOn(t *testing.T) {
	soon := time.Now().Add(30 * time.Second).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		status   int
		header   string
		min, max time.Duration
	}{
		{503, "7", 7 * time.Second, 7 * time.Second},
		{429, "1", time.Second, time.Second},
		{503, soon, 28 * time.Second, 30 * time.Second},
		{503, "Mon, 02 Jan 2006 15:04:05 GMT", 0, 0},
		{503, "99999999", time.Hour, time.Hour},
		{503, "-1", 0, 0},
		{503, "soon", 0, 0},
		{503, "", 0, 0},
		{500, "7", 0, 0},
	} {
		client, _ := asking(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", c.header)
			w.WriteHeader(c.status)
		})
		_, err := client.Introspect(t.Context(), session.NewHandle(session.Access))
		status, ok := errors.AsType[*remote.StatusError](err)
		if !ok || status.Status != c.status || status.RetryAfter < c.min || status.RetryAfter > c.max {
			t.Errorf("%d with Retry-After %q: %v", c.status, c.header, err)
		}
	}
}

func TestIssuerAndAudienceAreHeldAgainstWhatIsConfigured(t *testing.T) {
	issuer := func(c *remote.Config) { c.Issuer = "https://id.example" }
	audience := func(c *remote.Config) { c.Audience = "orders" }
	for _, c := range []struct {
		body   string
		config func(*remote.Config)
		want   string // active, inactive, error
	}{
		{`{"active":true,"iss":"https://id.example"}`, issuer, "active"},
		{`{"active":true,"iss":"https://id.example/"}`, issuer, "error"},
		{`{"active":true,"iss":"https://ID.example"}`, issuer, "error"},
		{`{"active":true}`, issuer, "error"},
		{`{"active":false}`, issuer, "inactive"},
		{`{"active":true,"aud":"orders"}`, audience, "active"},
		{`{"active":true,"aud":["billing","orders"]}`, audience, "active"},
		{`{"active":true,"aud":["billing"]}`, audience, "inactive"},
		{`{"active":true,"aud":"Orders"}`, audience, "inactive"},
		{`{"active":true,"aud":"orders2"}`, audience, "inactive"},
		{`{"active":true,"aud":[]}`, audience, "error"},
		{`{"active":true}`, audience, "error"},
		{`{"active":false}`, audience, "inactive"},
	} {
		client, _ := asking(t, saying(200, oauth.MediaJSON, c.body), c.config)
		a, err := client.Introspect(t.Context(), session.NewHandle(session.Access))
		got := "inactive"
		if a.Active {
			got = "active"
		} else if a != (introspect.Answer{}) {
			got = "inactive and something"
		}
		if err != nil {
			got = "error"
		}
		if got != c.want || err != nil && !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%s: %s (%v), want %s", c.body, got, err, c.want)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var elsewhere atomic.Int32
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			elsewhere.Add(1)
			saying(200, oauth.MediaJSON, `{"active":true}`)(w, r)
		}))
		defer other.Close()
		client, _ := asking(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, status) },
			func(c *remote.Config) { c.HTTPClient = &http.Client{} })
		a, err := client.Introspect(t.Context(), session.NewHandle(session.Access))
		if !errors.Is(err, session.ErrUnavailable) || a.Active || elsewhere.Load() != 0 {
			t.Errorf("%d: %+v, %v, and %d requests elsewhere", status, a, err, elsewhere.Load())
		}
	}
}

func TestWhatNoServerTakesForATokenIsNotSent(t *testing.T) {
	client, _ := asking(t, func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	for _, text := range []string{"", "ita_\xff", strings.Repeat("a", 16<<10), strings.Repeat("%", 6<<10)} {
		if a, err := client.Introspect(t.Context(), session.Present(text)); err != nil || a != (introspect.Answer{}) {
			t.Errorf("Introspect(%.10q...) = %+v, %v, want inactive", text, a, err)
		}
	}
}

func TestConnectionsAreUsedAgainWhateverTheAnswer(t *testing.T) {
	var n, dialled atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		statuses := []int{200, 401, 503, 302, 200}
		saying(statuses[int(n.Add(1))%len(statuses)], oauth.MediaJSON, `{"active":false}`)(w, r)
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			dialled.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client, err := remote.New(remote.Config{Endpoint: server.URL, ClientID: "orders", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for range 20 {
		_, _ = client.Introspect(t.Context(), session.NewHandle(session.Access))
	}
	if n.Load() != 20 || dialled.Load() != 1 {
		t.Errorf("%d connections for %d questions, want 1 for 20", dialled.Load(), n.Load())
	}
}

func TestAServerThatHangsIsGivenUp(t *testing.T) {
	release := make(chan struct{})
	hang := func(http.ResponseWriter, *http.Request) { <-release }
	client, _ := asking(t, hang, func(c *remote.Config) { c.Timeout = 50 * time.Millisecond })
	t.Cleanup(func() { close(release) })
	if _, err := client.Introspect(t.Context(), session.NewHandle(session.Access)); !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Introspect = %v, want ErrUnavailable and DeadlineExceeded", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Introspect(ctx, session.NewHandle(session.Access)); !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("Introspect = %v, want ErrUnavailable and Canceled", err)
	}
}

func TestNothingPrintsTheTokenOrTheSecret(t *testing.T) {
	token := session.NewHandle(session.Access)
	canaries := []string{token.Reveal(), secret.Reveal(), oauth.EncodeBasic("orders", secret)[6:], fmt.Sprintf("%x", secret.Reveal())}
	echo := func(w http.ResponseWriter, r *http.Request) { // a server that repeats what it got, wherever it can
		_ = r.ParseForm()
		said := r.PostForm.Get("token") + " " + r.Header.Get("Authorization")
		switch w.Header().Set("Retry-After", said); r.URL.Path {
		case "/status":
			saying(503, oauth.MediaJSON, said)(w, r)
		case "/body":
			saying(200, oauth.MediaJSON, `{"active":"`+said+`","`+said+`":x}`)(w, r)
		case "/redirect":
			w.Header().Set("Location", "/?"+r.PostForm.Encode())
			w.WriteHeader(302)
		}
	}
	for _, path := range []string{"/status", "/body", "/redirect"} {
		client, server := asking(t, echo, func(c *remote.Config) {
			c.Endpoint = strings.TrimSuffix(c.Endpoint, "/introspect") + path
		})
		_, err := client.Introspect(t.Context(), token)
		server.Close()
		_, gone := client.Introspect(t.Context(), token)
		if err == nil || gone == nil {
			t.Fatalf("%s: no error", path)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
			said := fmt.Sprintf(strings.Repeat(verb, 6), err, gone, client, *client, struct{ c *remote.Client }{client}, struct{ c remote.Client }{*client})
			for _, canary := range canaries {
				if strings.Contains(said, canary) {
					t.Errorf("%s: %s prints %q:\n%s", path, verb, canary, said)
				}
			}
		}
	}
}
