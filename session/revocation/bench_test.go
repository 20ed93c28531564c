//go:build unix

package revocation

import (
	"context"
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
)

const million = 1_000_000

// logoutsOf are entries as logouts make them.
func logoutsOf(n int) []Entry {
	all := make([]Entry, n)
	for i := range all {
		all[i] = Entry{Seq: Seq(i + 1), Selector: session.BySession(session.NewID()), At: 1_800_000_000, Until: 1_800_001_200}
	}
	return all
}

func liveBytes() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What does a storm of a million logouts cost: bytes for each, and how many are applied in a second, by pages as they are read? A page and its texts
// are garbage afterwards, as when they came over a wire.
func BenchmarkApplyAMillion(b *testing.B) {
	var each float64
	for b.Loop() {
		b.StopTimer()
		before := liveBytes()
		set := NewSet()
		for from := 0; from < million; from += pageSize {
			page := logoutsOf(pageSize)
			for i := range page {
				page[i].Seq += Seq(from)
			}
			b.StartTimer()
			set.Apply(page, 0)
			b.StopTimer()
		}
		each = float64(liveBytes()-before) / million
		if set.Len() != million {
			b.Fatal(set.Len())
		}
		b.StartTimer()
	}
	b.ReportMetric(each, "bytes/entry")
	b.ReportMetric(float64(b.N)*million/b.Elapsed().Seconds(), "entries/s")
}

// And what does a check cost among a million, compared with ten?
func BenchmarkCoversAmong(b *testing.B) {
	for _, n := range []int{10, million} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			set := NewSet()
			set.Apply(logoutsOf(n), 0)
			marks := make([]Marks, 64) // as those of requests that come in turn
			for i := range marks {
				marks[i] = MarksOf(&session.Token{ID: session.NewID(), SessionID: session.NewID(), Subject: fmt.Sprint("user-", i), Client: "web"})
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if set.Covers(&marks[i%len(marks)], 0) {
					b.Fatal("covered")
				}
				i++
			}
		})
	}
}

// What share of a processor do a thousand subscribers of one node cost that hear nothing new? Their polls go through the node, not over HTTP.
func BenchmarkAThousandIdleSubscribers(b *testing.B) {
	p := &paper{page: Page{Log: "a"}}
	node, err := NewNode(NodeConfig{Log: p, Lease: 2 * time.Second})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	go func() { _ = node.Run(ctx) }()
	for i := range 1000 {
		go func() {
			for ctx.Err() == nil {
				_, _ = node.Tell(ctx, Telling{Subscriber: SubscriberID(fmt.Sprint(i)), Client: "orders", Log: "", From: true, Wait: 2 * time.Second / 3})
			}
		}()
	}
	time.Sleep(2 * time.Second)
	before, begun := busy(), time.Now()
	for b.Loop() {
		time.Sleep(time.Second)
	}
	b.ReportMetric((busy()-before).Seconds()/time.Since(begun).Seconds(), "cores")
}

// busy is what this process has had of all processors.
func busy() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// What does the clock of leases cost, which is read at each check? Nothing else of the fence costs as much.
func BenchmarkBoottime(b *testing.B) {
	for b.Loop() {
		Boottime()
	}
}
