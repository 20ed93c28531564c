package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/hybrid/exchange"
	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

func at(t *testing.T, i *guardtest.Issuer, change ...func(*exchange.Config)) *exchange.Client {
	t.Helper()
	cfg := exchange.Config{TokenEndpoint: i.URL + "/token", ClientID: "gateway", Secret: i.Secret()}
	for _, f := range change {
		f(&cfg)
	}
	c, err := exchange.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestAHandleBecomesATokenForOneAudience(t *testing.T) {
	i := guardtest.New(t)
	c := at(t, i)
	handle := session.Present(i.Handle(guardtest.Grant{Audience: "orders billing", Scope: "orders.read orders.write"}))
	token, expires, err := c.Token(t.Context(), handle, "orders", "orders.read")
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(expires); left < 50*time.Second || left > time.Minute {
		t.Errorf("it expires in %v, want a minute", left)
	}
	a, err := i.Guard(guard.JWT, "orders").Introspect(t.Context(), token)
	if err != nil || a.Subject != "alice" || a.Audience != "orders" || a.Scope != "orders.read" {
		t.Errorf("the audience says %+v, %v", a, err)
	}
	if a, err := i.Guard(guard.JWT, "billing").Introspect(t.Context(), token); a.Active || err != nil {
		t.Errorf("another audience says %+v, %v", a, err)
	}
}

func TestATokenIsGivenAgainForTheSameAndNothingElse(t *testing.T) {
	i := guardtest.New(t)
	c := at(t, i)
	one := session.Present(i.Handle(guardtest.Grant{Audience: "orders billing", Scope: "r w"}))
	two := session.Present(i.Handle(guardtest.Grant{Audience: "orders billing", Scope: "r w"}))
	seen := map[session.Handle]bool{}
	for _, w := range []struct {
		subject         session.Handle
		audience, scope string
	}{{one, "orders", ""}, {one, "billing", ""}, {one, "orders", "r"}, {one, "orders", "w"}, {two, "orders", ""}} {
		var first session.Handle
		for n := range 3 {
			token, _, err := c.Token(t.Context(), w.subject, w.audience, w.scope)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				first = token
			}
			if token != first {
				t.Errorf("%v: asked again, got another", w)
			}
		}
		if seen[first] {
			t.Errorf("%v: got what somebody else got", w)
		}
		seen[first] = true
	}
	if n := i.Asked("token"); n != 5 {
		t.Errorf("%d requests, want 5", n)
	}
	none := at(t, i, func(c *exchange.Config) { c.Capacity = -1 })
	for range 3 {
		if _, _, err := none.Token(t.Context(), one, "orders", ""); err != nil {
			t.Fatal(err)
		}
	}
	if n := i.Asked("token"); n != 8 {
		t.Errorf("%d requests with a client that remembers nothing, want 3 more", n-5)
	}
}

func TestNoIsSaidInTheServersWordsAndNotRemembered(t *testing.T) {
	i := guardtest.New(t)
	c := at(t, i)
	live := session.Present(i.Handle(guardtest.Grant{Audience: "orders", Scope: "r"}))
	gone := session.Present(i.Handle(guardtest.Grant{Audience: "orders"}))
	i.Revoke(gone.Reveal())
	for _, w := range []struct {
		name            string
		subject         session.Handle
		audience, scope string
		code            oauth.Code
		requests        int
	}{
		{"revoked", gone, "orders", "", oauth.InvalidRequest, 2},
		{"never issued", session.NewHandle(session.Access), "orders", "", oauth.InvalidRequest, 2},
		{"another audience", live, "billing", "", oauth.InvalidTarget, 2},
		{"a wider scope", live, "orders", "r w", oauth.InvalidScope, 2},
		{"no token", session.Handle{}, "orders", "", oauth.InvalidRequest, 0},
		{"no audience", live, "", "", oauth.InvalidRequest, 0},
		{"a token that fits no form", session.Present(strings.Repeat("x", 1<<20)), "orders", "", oauth.InvalidRequest, 0},
	} {
		before := i.Asked("token")
		for range 2 {
			token, _, err := c.Token(t.Context(), w.subject, w.audience, w.scope)
			e, ok := errors.AsType[*oauth.Error](err)
			if !ok || e.Code != w.code || !token.IsZero() || errors.Is(err, session.ErrUnavailable) {
				t.Errorf("%s: Token = %v, %v, want %s", w.name, token, err, w.code)
			}
		}
		if n := i.Asked("token") - before; n != w.requests {
			t.Errorf("%s: %d requests, want %d", w.name, n, w.requests)
		}
	}
}

func TestAWrongSecretIsNoOutage(t *testing.T) {
	i := guardtest.New(t)
	c := at(t, i, func(c *exchange.Config) { c.Secret = oauth.NewSecret("wrong") })
	_, _, err := c.Token(t.Context(), session.NewHandle(session.Access), "orders", "")
	if !errors.Is(err, exchange.ErrRejected) || errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Token: %v, want ErrRejected", err)
	}
}

// saying is a token endpoint that always answers the same.
func saying(t *testing.T, status int, contentType, body string) *exchange.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	c, err := exchange.New(exchange.Config{TokenEndpoint: server.URL, ClientID: "gateway", Secret: oauth.NewSecret("s")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatIsNotOneGoodAnswerIsAnError(t *testing.T) {
	const rest = `"issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":60}`
	const good = `{"access_token":"a.b.c",` + rest
	if _, _, err := saying(t, 200, "application/json; charset=utf-8", good).Token(t.Context(), session.NewHandle(session.Access), "orders", ""); err != nil {
		t.Fatalf("the answer that all of these are made of: %v", err)
	}
	for name, c := range map[string]*exchange.Client{
		"no token":                    saying(t, 200, "application/json", "{"+rest),
		"a token that fits no header": saying(t, 200, "application/json", `{"access_token":"a b\r\nX-Admin: 1",`+rest),
		"an empty token":              saying(t, 200, "application/json", `{"access_token":"",`+rest),
		"a token twice":               saying(t, 200, "application/json", `{"access_token":"x","access_token":"y",`+rest),
		"Access_Token":                saying(t, 200, "application/json", `{"Access_Token":"x",`+rest),
		"a refresh token":             saying(t, 200, "application/json", strings.Replace(good, "type:access_token", "type:refresh_token", 1)),
		"no type of what was issued":  saying(t, 200, "application/json", strings.Replace(good, "issued_token_type", "x", 1)),
		"not to be used":              saying(t, 200, "application/json", strings.Replace(good, "Bearer", "N_A", 1)),
		"bound to a key":              saying(t, 200, "application/json", strings.Replace(good, "Bearer", "DPoP", 1)),
		"no end":                      saying(t, 200, "application/json", strings.Replace(good, "expires_in", "x", 1)),
		"an end that is past":         saying(t, 200, "application/json", strings.Replace(good, "60", "0", 1)),
		"an end in a year":            saying(t, 200, "application/json", strings.Replace(good, "60", "31536000", 1)),
		"an end as a string":          saying(t, 200, "application/json", strings.Replace(good, "60", `"60"`, 1)),
		"two objects":                 saying(t, 200, "application/json", good+good),
		"cut short":                   saying(t, 200, "application/json", good[:len(good)-1]),
		"HTML":                        saying(t, 200, "text/html", good),
		"201":                         saying(t, 201, "application/json", good),
		"204":                         saying(t, 204, "application/json", ""),
		"a redirect":                  saying(t, 307, "application/json", good),
		"400 without a code":          saying(t, 400, "application/json", `{}`),
		"400 in HTML":                 saying(t, 400, "text/html", "<html>"),
		"404":                         saying(t, 404, "application/json", `{"error":"not_found"}`),
		"429":                         saying(t, 429, "application/json", `{"error":"slow_down"}`),
		"500":                         saying(t, 500, "application/json", good),
		"503":                         saying(t, 503, "application/json", `{"error":"temporarily_unavailable"}`),
		"too long":                    saying(t, 200, "application/json", `{"x":"`+strings.Repeat("x", 1<<20)+`",`+good[1:]),
	} {
		token, _, err := c.Token(t.Context(), session.NewHandle(session.Access), "orders", "")
		if !errors.Is(err, session.ErrUnavailable) || !token.IsZero() {
			t.Errorf("%s: Token = %v, %v, want nothing and ErrUnavailable", name, token, err)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var reached atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	c, err := exchange.New(exchange.Config{TokenEndpoint: server.URL, ClientID: "gateway", Secret: oauth.NewSecret("s"), HTTPClient: &http.Client{}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Token(t.Context(), session.NewHandle(session.Access), "orders", ""); err == nil || reached.Load() {
		t.Errorf("Token: %v, reached elsewhere: %v", err, reached.Load())
	}
}

// transport answers in a bubble, where there is no network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func inBubble(t *testing.T, answer func(n int, form url.Values) (int, string)) (*exchange.Client, *atomic.Int64) {
	t.Helper()
	asked := &atomic.Int64{}
	c, err := exchange.New(exchange.Config{
		TokenEndpoint: "https://id.example/token", ClientID: "gateway", Secret: oauth.NewSecret("s"), Capacity: 100,
		HTTPClient: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			n := int(asked.Add(1))
			body, _ := io.ReadAll(r.Body)
			form, _ := url.ParseQuery(string(body))
			select {
			case <-time.After(100 * time.Millisecond):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
			status, text := answer(n, form)
			return &http.Response{
				StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(text)), Request: r,
			}, nil
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, asked
}

func numbered(n int, life int) string {
	return fmt.Sprintf(`{"access_token":"t%d","issued_token_type":%q,"token_type":"Bearer","expires_in":%d}`, n, oauth.TokenTypeAccessToken, life)
}

func TestATokenIsRememberedForHalfOfItsLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, asked := inBubble(t, func(n int, _ url.Values) (int, string) { return 200, numbered(n, 60) })
		h, begun := session.NewHandle(session.Access), time.Now()
		for _, step := range []struct {
			at   time.Duration
			want string
		}{{0, "t1"}, {time.Second, "t1"}, {30*time.Second - 1, "t1"}, {30 * time.Second, "t2"}, {60*time.Second - 1, "t2"}, {60 * time.Second, "t3"}} {
			time.Sleep(time.Until(begun.Add(step.at)))
			token, expires, err := c.Token(t.Context(), h, "orders", "")
			if err != nil || token.Reveal() != step.want || time.Until(expires) > time.Minute {
				t.Errorf("after %v: %s, %v, want %s", step.at, token.Reveal(), err, step.want)
			}
		}
		if asked.Load() != 3 {
			t.Errorf("%d requests, want 3", asked.Load())
		}
	})
}

func TestThoseWhoWantTheSameAskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, asked := inBubble(t, func(n int, _ url.Values) (int, string) { return 200, numbered(n, 60) })
		h := session.NewHandle(session.Access)
		hurried, hangUp := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { // the first hangs up
			if _, _, err := c.Token(hurried, h, "orders", ""); !errors.Is(err, context.Canceled) || !errors.Is(err, session.ErrUnavailable) {
				t.Errorf("who hung up: %v", err)
			}
		})
		synctest.Wait()
		for range 50 {
			wg.Go(func() {
				if token, _, err := c.Token(t.Context(), h, "orders", ""); err != nil || token.Reveal() != "t1" {
					t.Errorf("Token = %s, %v", token.Reveal(), err)
				}
			})
		}
		synctest.Wait()
		hangUp()
		wg.Wait()
		if asked.Load() != 1 {
			t.Errorf("%d requests, want 1", asked.Load())
		}
	})
}

func TestRequestsUnderWayAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, asked := inBubble(t, func(n int, _ url.Values) (int, string) { return 200, numbered(n, 60) })
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()
		for range 1500 {
			if _, _, err := c.Token(gone, session.NewHandle(session.Access), "orders", ""); !errors.Is(err, session.ErrUnavailable) {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if asked.Load() != 1000 {
			t.Errorf("%d requests under way, want 1000", asked.Load())
		}
		time.Sleep(time.Second)
		if _, _, err := c.Token(t.Context(), session.NewHandle(session.Access), "orders", ""); err != nil {
			t.Errorf("when they are over: %v", err)
		}
	})
}

func TestAnErrorIsNotRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, asked := inBubble(t, func(n int, _ url.Values) (int, string) {
			if n == 1 {
				return 503, `{}`
			}
			return 200, numbered(n, 60)
		})
		h := session.NewHandle(session.Access)
		if _, _, err := c.Token(t.Context(), h, "orders", ""); !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("Token: %v", err)
		}
		if token, _, err := c.Token(t.Context(), h, "orders", ""); err != nil || token.Reveal() != "t2" || asked.Load() != 2 {
			t.Errorf("Token = %v, %v", token, err)
		}
	})
}

// More than fit push others out, and never make the memory larger: of 1000, the 100 that it holds at most are not asked about again.
func TestWhatIsRememberedIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, asked := inBubble(t, func(n int, _ url.Values) (int, string) { return 200, numbered(n, 3600) })
		var handles []session.Handle
		for range 1000 {
			h := session.NewHandle(session.Access)
			handles = append(handles, h)
			if _, _, err := c.Token(t.Context(), h, "orders", ""); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := c.Token(t.Context(), handles[999], "orders", ""); err != nil || asked.Load() != 1000 {
			t.Errorf("the last one was not remembered: %d requests, %v", asked.Load(), err)
		}
		// Nothing that is held is pushed out before it has been asked for: only those held are without a request.
		held := 0
		for i := len(handles) - 1; i >= 0; i-- {
			before := asked.Load()
			if _, _, err := c.Token(t.Context(), handles[i], "orders", ""); err != nil {
				t.Fatal(err)
			}
			if asked.Load() == before {
				held++
			}
		}
		if held > 100 || held == 0 {
			t.Errorf("%d are held, want at most 100", held)
		}
	})
}

func TestNewRefusesWhatWouldNotWork(t *testing.T) {
	good := exchange.Config{TokenEndpoint: "https://id.example/token", ClientID: "gateway", Secret: oauth.NewSecret("s")}
	for name, change := range map[string]func(*exchange.Config){
		"no endpoint":           func(c *exchange.Config) { c.TokenEndpoint = "" },
		"a path":                func(c *exchange.Config) { c.TokenEndpoint = "/token" },
		"plain http":            func(c *exchange.Config) { c.TokenEndpoint = "http://id.example/token" },
		"ftp":                   func(c *exchange.Config) { c.TokenEndpoint = "ftp://127.0.0.1/token" },
		"a password in the URL": func(c *exchange.Config) { c.TokenEndpoint = "https://u:canary@id.example/token" },
		"a query":               func(c *exchange.Config) { c.TokenEndpoint = "https://id.example/token?a=b" },
		"no client":             func(c *exchange.Config) { c.ClientID = "" },
		"no secret":             func(c *exchange.Config) { c.Secret = oauth.Secret{} },
		"a negative timeout":    func(c *exchange.Config) { c.Timeout = -1 },
		"no bound":              func(c *exchange.Config) { c.Capacity = 1 << 40 },
	} {
		cfg := good
		change(&cfg)
		if _, err := exchange.New(cfg); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: New = %v, want an error that repeats no password", name, err)
		}
	}
	for _, change := range []func(*exchange.Config){
		func(*exchange.Config) {},
		func(c *exchange.Config) { c.TokenEndpoint = "http://127.0.0.1:8080/token" },
		func(c *exchange.Config) { c.TokenEndpoint, c.PlainText = "http://id.example/token", true },
	} {
		cfg := good
		change(&cfg)
		if _, err := exchange.New(cfg); err != nil {
			t.Errorf("New(%s) = %v", cfg.TokenEndpoint, err)
		}
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	i := guardtest.New(t)
	c := at(t, i)
	handle := i.Handle(guardtest.Grant{Audience: "orders"})
	token, _, err := c.Token(t.Context(), session.Present(handle), "orders", "")
	if err != nil {
		t.Fatal(err)
	}
	i.Down(true)
	_, _, err = c.Token(t.Context(), session.Present(handle), "billing", "")
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		text := fmt.Sprintf(format, c) + fmt.Sprintf(format, err)
		for name, canary := range map[string]string{"handle": handle, "token": token.Reveal(), "secret": i.Secret().Reveal()} {
			if strings.Contains(text, canary) {
				t.Errorf("%s: the %s is printed", format, name)
			}
		}
	}
}
