package cache

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// flood is a store with as many tokens as one asks for. Each answer has texts of its own, as if they came out of a database.
type flood struct{ ends session.Date }

func (f flood) finding(n uint64) session.Finding {
	t := session.Token{
		Digest: numbered(n*0x9e3779b97f4a7c15, n), Kind: session.Access, ID: session.NewID(), SessionID: session.NewID(),
		Subject: fmt.Sprintf("user-%016x", n), Client: strings.Clone("shop-frontend"), Audience: session.List(strings.Clone("orders billing")),
		Scope: session.List(strings.Clone("orders.read orders.write billing.read")), ACR: strings.Clone("urn:example:mfa"),
		AMR: session.List(strings.Clone("pwd otp")), AuthTime: f.ends - 3600, IssuedAt: f.ends - 3600, ExpiresAt: f.ends,
	}
	return session.Finding{Known: true, Token: t}
}

// perSession fills a memory and says what a remembered token costs, all in: the process's heap and stacks after collection, against
// those before.
func perSession(tb testing.TB, n int) (bytes float64, remembered int) {
	tb.Helper()
	node, err := revocation.NewNode(revocation.NodeConfig{Log: newLedger()})
	if err != nil {
		tb.Fatal(err)
	}
	before := inUse()
	c, err := New(Config{Store: newLedger(), Node: node, Capacity: n})
	if err != nil {
		tb.Fatal(err)
	}
	f := flood{session.DateOf(time.Now().Add(time.Hour))}
	for i := range n {
		t := f.finding(uint64(i)).Token
		c.remember(t.Digest, c.knownOf(&t, node.Mark(), false))
		if i%10_000 == 0 {
			c.memory.Wait() // keep up, so that nothing is dropped
		}
	}
	c.memory.Wait()
	remembered = c.Stats().Remembered
	bytes = float64(inUse()-before) / float64(remembered)
	runtime.KeepAlive(c)
	c.Close()
	return bytes, remembered
}

func inUse() uint64 {
	runtime.GC()
	runtime.GC() // what the first left in pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

func TestMemoryPerSession(t *testing.T) {
	// With a few more the library's tables, which double, are as empty as they get: 330 bytes each with 220,000, 410 with these.
	const sessions, ceiling = 240_000, 500
	bytes, remembered := perSession(t, sessions)
	t.Logf("%.0f bytes each, %d remembered", bytes, remembered)
	if bytes > ceiling {
		t.Errorf("a remembered session costs %.0f bytes, want at most %d", bytes, ceiling)
	}
	if remembered < sessions*99/100 {
		t.Errorf("%d of %d are remembered: the figure says nothing", remembered, sessions)
	}
}

// What does a million remembered sessions cost?
func BenchmarkMemoryOfAMillionSessions(b *testing.B) {
	for b.Loop() {
		bytes, remembered := perSession(b, 1_000_000)
		b.ReportMetric(bytes, "bytes/session")
		b.ReportMetric(float64(remembered), "sessions")
	}
}
