package httpapi_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// question is a request of one of several callers, and the answer that is right however often and after whatever it is sent.
type question struct {
	name, method, path, body, kind, client string
	want                                   string
}

func (q *question) request(t testing.TB, base string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), q.method, base+q.path, strings.NewReader(q.body))
	if err != nil {
		t.Fatal(err)
	}
	if q.kind != "" {
		req.Header.Set("Content-Type", q.kind)
	}
	if q.client != "" {
		req.SetBasicAuth(q.client, secrets[q.client])
	}
	return req
}

// questions have answers of twelve bytes and of tens of thousands, of several endpoints and for several callers. In each there is a name that belongs in no other.
func (d *daemon) questions() []*question {
	d.t.Helper()
	const formed = "application/x-www-form-urlencoded"
	short, long := d.open("al"), d.open(strings.Repeat("l", 250))
	for range 100 {
		d.open("crowd")
	}
	qs := []*question{
		{name: "short", method: http.MethodPost, path: "/introspect", body: "token=" + short.access, kind: formed, client: "orders-api"},
		{name: "long", method: http.MethodPost, path: "/introspect", body: "token=" + long.access, kind: formed, client: "orders-api"},
		{name: "another's", method: http.MethodPost, path: "/introspect", body: "token=" + long.access, kind: formed, client: "billing-api"},
		{name: "both", method: http.MethodPost, path: "/introspect", body: "token=" + short.access, kind: formed, client: "both-api"},
		{name: "an admin", method: http.MethodPost, path: "/introspect", body: "token=" + long.refresh, kind: formed, client: "root"},
		{name: "nobody", method: http.MethodPost, path: "/introspect", body: "token=" + short.access, kind: formed},
		{name: "the crowd", method: http.MethodGet, path: "/sessions?subject=crowd", client: "web"},
		{name: "none", method: http.MethodGet, path: "/sessions?subject=none", client: "web"},
		{name: "junk", method: http.MethodPost, path: "/revoke", body: "token=junk", kind: formed, client: "web"},
		{name: "keys", method: http.MethodGet, path: "/.well-known/jwks.json"},
		{name: "metadata", method: http.MethodGet, path: "/.well-known/oauth-authorization-server"},
		{name: "no grant", method: http.MethodPost, path: "/token", body: "grant_type=password", kind: formed, client: "shop"},
		{name: "an exchange", method: http.MethodPost, path: "/token", body: swapBody(long.access), kind: formed, client: "gateway"},
	}
	for _, q := range qs {
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, q.request(d.t, "http://x"))
		q.want = told(w.Code, w.Body.String())
	}
	return qs
}

var remaining = regexp.MustCompile(`"expires_in":[0-9]+`)

// told is an answer without what goes by the clock.
func told(status int, body string) string {
	return fmt.Sprint(status, " ", remaining.ReplaceAllString(body, `"expires_in":0`))
}

func swapBody(token string) string {
	body, err := io.ReadAll(swap(token, "orders").Body)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// What one caller is told is not seen by the next one on the same connection, nor by those on others who are served at the same time: buffers are used again.
func TestAnswersDoNotBleedIntoEachOther(t *testing.T) {
	d := newDaemon(t)
	qs := d.questions()
	lengths := map[bool]int{}
	for _, q := range qs {
		lengths[len(q.want) > 10_000]++
	}
	if lengths[true] == 0 || lengths[false] == 0 {
		t.Fatalf("%v: answers are all of a size", lengths)
	}
	const connections, rounds = 8, 40
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(d.Handler())
	server.Config.ConnState = func(_ net.Conn, now http.ConnState) {
		if now == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	var running sync.WaitGroup
	for nth := range connections {
		running.Go(func() {
			one := &http.Transport{MaxConnsPerHost: 1, MaxIdleConnsPerHost: 1}
			defer one.CloseIdleConnections()
			for i := range rounds * len(qs) {
				q := qs[i*(2*nth+1)%len(qs)] // each in another order
				res, err := one.RoundTrip(q.request(t, server.URL))
				if err != nil {
					t.Error(err)
					return
				}
				body, err := io.ReadAll(res.Body)
				_ = res.Body.Close()
				if got := told(res.StatusCode, string(body)); got != q.want || err != nil {
					t.Errorf("%s: %.200q, %v, want %.200q", q.name, got, err, q.want)
					return
				}
			}
		})
	}
	running.Wait()
	if n := opened.Load(); n != connections {
		t.Errorf("%d connections for %d callers: they are not used again", n, connections)
	}
}
