//go:build linux && !race

package blackbox

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

// BenchmarkLogout: how long until a logout is settled, with three daemons on PostgreSQL and ten guards that follow the feed?
//
// One by one, 64 at once, and beside a daemon that is killed, and one that is stopped. "settled/s" of the first two is to be compared: waiting is shared.
func BenchmarkLogout(b *testing.B) {
	program(b)
	service(b)
	f := setUp(b, Plan{Database: pgtest.Database(b), Daemons: 3, Services: 10, Lease: 2 * time.Second})
	f.heard(b)
	b.Run("one by one", func(b *testing.B) { f.logouts(b, f.Daemons, 1) })
	b.Run("64 at once", func(b *testing.B) { f.logouts(b, f.Daemons, 64) })
	b.Run("one daemon killed", func(b *testing.B) {
		if err := f.Daemons[2].Kill(); err != nil {
			b.Fatal(err)
		}
		f.logouts(b, f.Daemons[:2], 1)
		if err := f.Daemons[2].Start(b.Context()); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("one daemon stopped", func(b *testing.B) {
		f.heard(b)
		if err := f.Daemons[1].Stop(); err != nil {
			b.Fatal(err)
		}
		f.logouts(b, []*Daemon{f.Daemons[0], f.Daemons[2]}, 1)
		if err := f.Daemons[1].Continue(); err != nil {
			b.Fatal(err)
		}
	})
}

// logouts takes back b.N sessions that everybody remembers, so many at once.
func (f *trial) logouts(b *testing.B, at []*Daemon, workers int) {
	sessions := f.remembered(b, at, b.N)
	took := make([]time.Duration, len(sessions))
	var next atomic.Int64
	var running sync.WaitGroup
	b.ResetTimer()
	begun := time.Now()
	for range workers {
		running.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(sessions)); n = next.Add(1) - 1 {
				s := sessions[n]
				since := time.Now()
				if o, words := at[n%int64(len(at))].TakeBack(b.Context(), Taking{ByLogout, s.First, s.Refresh}); o != Done {
					b.Errorf("logout %d: %v %s", n, o, words)
				}
				took[n] = time.Since(since)
			}
		})
	}
	running.Wait()
	all := time.Since(begun)
	b.StopTimer()
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	b.ReportMetric(ms(took[(len(took)-1)/2]), "p50-ms")
	b.ReportMetric(ms(took[(len(took)-1)*99/100]), "p99-ms")
	b.ReportMetric(ms(took[len(took)-1]), "most-ms")
	b.ReportMetric(float64(len(took))/all.Seconds(), "settled/s")
	for _, p := range f.Others {
		if o, _ := p.Accepts(b.Context(), sessions[0].First); o == Active {
			b.Errorf("%s accepts what was taken back", p.Name())
		}
	}
}

// remembered opens sessions, whose tokens each daemon was asked about, and one of the services.
func (f *trial) remembered(b *testing.B, at []*Daemon, n int) []*Session {
	sessions := make([]*Session, n)
	var running sync.WaitGroup
	var next atomic.Int64
	for range 8 {
		running.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				s := at[i%len(at)].Open(b.Context(), fmt.Sprintf("user-%s-%d", b.Name(), i), f.Clients[0])
				if s == nil {
					b.Errorf("a session could not be opened: %v", f.Troubles())
					return
				}
				for _, d := range at {
					_, _ = d.Kept().Accepts(b.Context(), s.First)
				}
				_, _ = f.Services[i%len(f.Services)].Accepts(b.Context(), s.First)
				sessions[i] = s
			}
		})
	}
	running.Wait()
	if b.Failed() {
		b.FailNow()
	}
	return sessions
}
