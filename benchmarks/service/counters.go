package service

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// CountersPath is where the counters are found. With ?heap the garbage is collected first, so that the heap is what lives.
const CountersPath = "/counters"

// Counters are since the start.
type Counters struct {
	Calls    int64 `json:"calls"`    // that users made of the first service
	Accepted int64 `json:"accepted"` // of them
	Unknown  int64 `json:"unknown"`  // of them: it could not be found out what the token is worth
	Asked    int64 `json:"asked"`    // questions put to the daemon: introspection and exchange, of all services in the row
	Stale    int64 `json:"stale"`    // answers by the rule for when nothing is heard of the log

	CallBytesIn   int64 `json:"call_bytes_in"`
	CallBytesOut  int64 `json:"call_bytes_out"`
	AskedBytesOut int64 `json:"asked_bytes_out"`
	AskedBytesIn  int64 `json:"asked_bytes_in"`
	Heap          int64 `json:"heap_bytes"` // 0: it was not asked for
}

// Refused are the calls that were neither accepted nor left open.
func (c Counters) Refused() int64 { return c.Calls - c.Accepted - c.Unknown }

// Since is what was counted after an earlier moment.
func (c Counters) Since(before Counters) Counters {
	return Counters{
		Calls: c.Calls - before.Calls, Accepted: c.Accepted - before.Accepted, Unknown: c.Unknown - before.Unknown,
		Asked: c.Asked - before.Asked, Stale: c.Stale - before.Stale,
		CallBytesIn: c.CallBytesIn - before.CallBytesIn, CallBytesOut: c.CallBytesOut - before.CallBytesOut,
		AskedBytesOut: c.AskedBytesOut - before.AskedBytesOut, AskedBytesIn: c.AskedBytesIn - before.AskedBytesIn,
		Heap: c.Heap - before.Heap,
	}
}

// tally is the counters while they count.
type tally struct {
	calls, accepted, unknown, asked               atomic.Int64
	callIn, callOut, askedOut, askedIn, following atomic.Int64
	stale                                         func() uint64
}

func (t *tally) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := Counters{
		Calls: t.calls.Load(), Accepted: t.accepted.Load(), Unknown: t.unknown.Load(), Asked: t.asked.Load(), Stale: int64(t.stale()),
		CallBytesIn: t.callIn.Load(), CallBytesOut: t.callOut.Load(), AskedBytesOut: t.askedOut.Load(), AskedBytesIn: t.askedIn.Load(),
	}
	if r.URL.Query().Has("heap") {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what had finalizers is gone after the second
		runtime.ReadMemStats(&m)
		c.Heap = int64(m.HeapAlloc)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(c) // whoever hangs up has no use for it
}

// counted is a connection whose bytes count.
type counted struct {
	net.Conn
	in, out *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.in.Add(int64(n))
	return n, err
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.out.Add(int64(n))
	return n, err
}

// listener counts the bytes of those who call.
type listener struct {
	net.Listener
	in, out *atomic.Int64
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return counted{c, l.in, l.out}, nil
}

// client is for questions to the daemon. Polls of the feed and fetches of keys do not grow with the calls: they are not counted as questions,
// and go over connections whose bytes do not count.
func (t *tally) client() *http.Client {
	return &http.Client{Transport: asking{t, transport(&t.askedIn, &t.askedOut), transport(&t.following, &t.following)}}
}

type asking struct {
	*tally
	questions, others *http.Transport
}

func (a asking) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/introspect") && !strings.HasSuffix(r.URL.Path, "/token") {
		return a.others.RoundTrip(r)
	}
	a.asked.Add(1)
	return a.questions.RoundTrip(r)
}

// CloseIdleConnections is looked for by [http.Client].
func (a asking) CloseIdleConnections() {
	a.questions.CloseIdleConnections()
	a.others.CloseIdleConnections()
}

// keep is for how many callers connections are kept: those that the library's own client keeps, and as many again.
const keep = 128

func transport(in, out *atomic.Int64) *http.Transport {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	return &http.Transport{
		MaxIdleConns: keep, MaxIdleConnsPerHost: keep, IdleConnTimeout: 90 * time.Second,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return counted{c, in, out}, nil
		},
	}
}
