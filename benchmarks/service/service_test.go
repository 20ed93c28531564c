package service_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/benchmarks/floor"
	"github.com/introspectd/introspectd/benchmarks/service"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
)

// running starts a service, and stops it with the test.
func running(t *testing.T, c service.Config) string {
	t.Helper()
	s, err := service.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v, want nil when its context ends", err)
		}
	})
	return "http://" + l.Addr().String()
}

func get(t *testing.T, url, token string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func counters(t *testing.T, url string) (c service.Counters) {
	t.Helper()
	_, body := get(t, url+service.CountersPath+"?heap", "")
	if err := json.Unmarshal([]byte(body), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func config(i *guardtest.Issuer, kind string, audiences ...string) service.Config {
	c := service.Config{Kind: kind, Issuer: i.URL, Key: []byte(strings.Repeat("k", 32))}
	if kind == "ttl-cache" {
		c.TTL = time.Minute
	}
	for _, a := range audiences {
		c.Links = append(c.Links, service.Link{Audience: a, Scope: a + ":read", ID: a, Secret: i.Secret().Reveal()})
	}
	return c
}

func TestEachKindLetsInWhomItShouldAndCounts(t *testing.T) {
	i := guardtest.New(t)
	grant := guardtest.Grant{Audience: "orders", Scope: "orders:read"}
	key := []byte(strings.Repeat("k", 32))
	for _, c := range []struct {
		kind, token string
		asked       int64 // of three calls
	}{
		{"introspect", i.Handle(grant), 3},
		{"introspect-cached", i.Handle(grant), 3},
		{"ttl-cache", i.Handle(grant), 1},
		{"jwt", i.JWT(grant), 0},
		{service.HS256, floor.SignHS256(key, `{"exp":4102444800}`), 0},
	} {
		t.Run(c.kind, func(t *testing.T) {
			url := running(t, config(i, c.kind, "orders"))
			before := counters(t, url)
			for range 3 {
				if status, body := get(t, url, c.token); status != 200 || body != service.Answer {
					t.Fatalf("a good token gets %d %q", status, body)
				}
			}
			at := len(c.token) - 3
			other := map[bool]string{true: "y", false: "x"}[c.token[at] == 'x']
			bad := c.token[:at] + other + c.token[at+1:]
			if status, _ := get(t, url, bad); status != 401 {
				t.Errorf("a bad token gets %d, want 401", status)
			}
			got := counters(t, url).Since(before)
			if got.Calls != 4 || got.Accepted != 3 || got.Refused() != 1 || got.Unknown != 0 || got.Asked != c.asked {
				t.Errorf("counters %+v, want 4 calls, 3 accepted, 1 refused, %d questions", got, c.asked)
			}
			if got.CallBytesIn < 4*int64(len(c.token)) || got.CallBytesOut < 3*int64(len(service.Answer)) || (got.AskedBytesOut > 0) != (c.asked > 0) {
				t.Errorf("bytes %+v, want those of the calls, and of questions if there were any", got)
			}
		})
	}
}

func TestNobodyIsAskedForACredentialByTheUnprotectedOne(t *testing.T) {
	url := running(t, service.Config{Kind: service.Unprotected, Links: []service.Link{{Audience: "orders"}}})
	if status, body := get(t, url, ""); status != 200 || body != service.Answer {
		t.Errorf("a call without a token gets %d %q", status, body)
	}
}

func TestAnIssuerThatIsAwayIsCountedAsUnknown(t *testing.T) {
	i := guardtest.New(t)
	url := running(t, config(i, "introspect", "orders"))
	token := i.Handle(guardtest.Grant{Audience: "orders", Scope: "orders:read"})
	i.Down(true)
	if status, _ := get(t, url, token); status != 503 {
		t.Errorf("with the issuer away a call gets %d, want 503", status)
	}
	if c := counters(t, url); c.Unknown != 1 || c.Refused() != 0 || c.Accepted != 0 {
		t.Errorf("counters %+v, want one unknown", c)
	}
}

func TestARowOfServicesChecksTheTokenAtEach(t *testing.T) {
	i := guardtest.New(t)
	names := []string{"orders", "billing", "ledger"}
	all := guardtest.Grant{Audience: "orders billing ledger", Scope: "orders:read billing:read ledger:read"}
	few := guardtest.Grant{Audience: "orders billing", Scope: "orders:read billing:read"}
	url := running(t, config(i, "introspect", names...))
	if status, _ := get(t, url, i.Handle(all)); status != 200 {
		t.Errorf("a token for all three gets %d, want 200", status)
	}
	if got := i.Asked("introspect"); got != 3 {
		t.Errorf("the issuer was asked %d times, want once by each service", got)
	}
	if status, _ := get(t, url, i.Handle(few)); status != 401 {
		t.Errorf("a token that the last one does not take gets %d, want its 401", status)
	}
	if c := counters(t, url); c.Calls != 2 || c.Asked != 6 {
		t.Errorf("counters %+v, want those of the row: 2 calls, 6 questions", c)
	}
}

func TestInternalTokensAreExchangedOnTheWay(t *testing.T) {
	i := guardtest.New(t)
	url := running(t, config(i, "jwt", "orders", "billing"))
	token := i.JWT(guardtest.Grant{Audience: "orders billing", Scope: "orders:read billing:read"})
	before := i.Asked("token")
	status, _ := get(t, url, token)
	if exchanged := i.Asked("token") - before; exchanged != 1 {
		t.Errorf("a call through two services got %d, and %d exchanges, want one", status, exchanged)
	}
}

func TestConfigurationsWithoutSenseAreRefused(t *testing.T) {
	links := []service.Link{{Audience: "orders", Scope: "orders:read", ID: "orders", Secret: "x"}}
	for name, c := range map[string]service.Config{
		"no links":        {Kind: service.Unprotected},
		"too many links":  {Kind: service.Unprotected, Links: make([]service.Link, 11)},
		"an unknown kind": {Kind: "magic", Issuer: "http://127.0.0.1:1", Links: links},
		"no issuer":       {Kind: "introspect", Links: links},
		"a short key":     {Kind: service.HS256, Key: []byte("short"), Links: links},
		"nobody there":    {Kind: "introspect", Issuer: "http://127.0.0.1:1", Links: links},
	} {
		if _, err := service.New(t.Context(), c); err == nil {
			t.Errorf("%s: taken, want an error", name)
		}
	}
}
