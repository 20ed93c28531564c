package sqlstore_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore"
	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

var benchStart = time.Unix(1_800_000_000, 0)

// benchDigest is the digest of token n of a session; kind keeps access and refresh tokens apart.
func benchDigest(kind session.Kind, n uint64) session.Digest {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte{byte(kind)}, n))
}

func benchOpening(n uint64) *session.Opening {
	at := session.DateOf(benchStart)
	s := session.Session{
		ID: session.NewID(), Subject: fmt.Sprintf("user-%08d", n), Client: "app", Audience: "orders billing", Scope: "orders:read orders:write",
		ACR: "urn:example:2fa", AMR: "pwd otp", AuthTime: at, Device: "Firefox on Linux", IP: "192.0.2.17",
		OpenedAt: at, ExpiresAt: at + 30*86400, LastUsedAt: at,
	}
	access := session.Token{
		Digest: benchDigest(session.Access, n), Kind: session.Access, ID: session.NewID(), SessionID: s.ID, Subject: s.Subject, Client: s.Client,
		Audience: s.Audience, Scope: s.Scope, ACR: s.ACR, AMR: s.AMR, AuthTime: at, IssuedAt: at, ExpiresAt: at + 900,
	}
	refresh := access
	refresh.Kind, refresh.ID, refresh.Digest, refresh.ExpiresAt = session.Refresh, session.NewID(), benchDigest(session.Refresh, n), s.ExpiresAt
	return &session.Opening{Session: s, Access: access, Refresh: refresh}
}

// seeded is a database with n sessions, opened as by 256 callers at a time: a file, or with INTROSPECTD_BENCH_POSTGRES=1 PostgreSQL.
func seeded(b *testing.B, n int) *sqlstore.Store {
	b.Helper()
	dsn := filepath.Join(b.TempDir(), "bench.db")
	if os.Getenv("INTROSPECTD_BENCH_POSTGRES") != "" {
		dsn = pgtest.Database(b)
	}
	s := openWith(b, sqlstore.Config{DSN: dsn, Migrate: true})
	if err := s.AddClient(b.Context(), caller.Client{ID: "app", Roles: caller.Service}); err != nil {
		b.Fatal(err)
	}
	var next atomic.Uint64
	together(256, n, func() {
		if err := s.Open(b.Context(), benchOpening(next.Add(1)-1)); err != nil {
			b.Error(err)
		}
	})
	return s
}

// together has so many callers do n things between them.
func together(callers, n int, do func()) {
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				do()
			}
		})
	}
	all.Wait()
}

// How many durable openings a second do so many callers reach between them?
func BenchmarkOpen(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(strconv.Itoa(callers), func(b *testing.B) {
			s := seeded(b, 10_000)
			next := atomic.Uint64{}
			next.Store(1 << 40)
			b.ReportAllocs()
			b.ResetTimer()
			together(callers, b.N, func() {
				if err := s.Open(b.Context(), benchOpening(next.Add(1))); err != nil {
					b.Error(err)
				}
			})
		})
	}
}

// How many durable logouts a second do so many callers reach between them?
func BenchmarkRevoke(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(strconv.Itoa(callers), func(b *testing.B) {
			s := seeded(b, max(b.N, 1))
			next := atomic.Uint64{}
			b.ReportAllocs()
			b.ResetTimer()
			together(callers, b.N, func() {
				done, err := s.Revoke(b.Context(), session.BySubject(fmt.Sprintf("user-%08d", next.Add(1)-1)), benchStart)
				if err != nil || done.Ended != 1 {
					b.Errorf("Revoke = %+v, %v", done, err)
				}
			})
		})
	}
}

// What does one lookup cost, and what do a hundred times as many sessions add to it? A million take a minute to seed; they are asked for with
// INTROSPECTD_BENCH_SESSIONS=1000000.
func BenchmarkLookup(b *testing.B) {
	sizes := []int{10_000}
	if text := os.Getenv("INTROSPECTD_BENCH_SESSIONS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		sizes = append(sizes, n)
	}
	for _, n := range sizes {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			s := seeded(b, n)
			for _, kind := range []session.Kind{session.Access, session.Malformed} { // the second is never found
				b.Run(map[session.Kind]string{session.Access: "known", session.Malformed: "unknown"}[kind], func(b *testing.B) {
					i := uint64(0)
					for b.Loop() {
						i += 7919 // a prime: every row comes, in no order of theirs
						found, err := s.Lookup(b.Context(), benchDigest(kind, i%uint64(n)))
						if err != nil || found.Known != (kind == session.Access) {
							b.Fatalf("Lookup = %+v, %v", found, err)
						}
					}
					b.ReportAllocs()
				})
			}
		})
	}
}

// How many durable refreshes a second do so many callers reach between them?
func BenchmarkRotate(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(strconv.Itoa(callers), func(b *testing.B) {
			s := seeded(b, max(b.N, 1))
			next := atomic.Uint64{}
			b.ReportAllocs()
			b.ResetTimer()
			together(callers, b.N, func() {
				n := next.Add(1) - 1
				got, err := s.Rotate(b.Context(), &session.Rotation{
					Presented: benchDigest(session.Refresh, n), Client: "app", AccessTTL: time.Minute, Window: time.Second, At: benchStart,
					Pairs: []session.PairDigest{{Access: benchDigest(session.Access, n|1<<40), Refresh: benchDigest(session.Refresh, n|1<<40)}},
				})
				if err != nil || got.Outcome != session.Minted {
					b.Errorf("Rotate = %+v, %v", got, err)
				}
			})
		})
	}
}
