package cache

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// office is a cache in real time.
func office(b *testing.B, capacity int) (*ledger, *Cache) {
	b.Helper()
	l := newLedger()
	node, err := revocation.NewNode(revocation.NodeConfig{Log: l})
	if err != nil {
		b.Fatal(err)
	}
	c, err := New(Config{Store: l, Node: node, Capacity: capacity})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = node.Run(ctx) })
	b.Cleanup(func() { c.Close(); cancel(); running.Wait() })
	return l, c
}

func warm(b *testing.B, taken bool) (*Cache, session.Digest) {
	b.Helper()
	l, c := office(b, 1000)
	tok := l.issue(token(session.NewHandle(session.Access).Digest(), "alice"))
	if taken {
		if err := c.node.Settle(b.Context(), l.stir()); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := c.Find(b.Context(), tok.Digest, time.Now(), nil); err != nil {
		b.Fatal(err)
	}
	c.memory.Wait()
	return c, tok.Digest
}

// What does a remembered token cost, when nothing was taken back lately, and when something was?
func BenchmarkFindHit(b *testing.B) {
	for _, c := range []struct {
		name  string
		taken bool
	}{{"empty set", false}, {"entries in the set", true}} {
		b.Run(c.name, func(b *testing.B) {
			c, d := warm(b, c.taken)
			at, ctx := time.Now(), context.Background()
			b.ReportAllocs()
			for b.Loop() {
				if found, err := c.Find(ctx, d, at, nil); err != nil || found.Standing != session.Good {
					b.Fatal(found, err)
				}
			}
		})
	}
}

// Do the processors get into each other's way?
func BenchmarkFindHitParallel(b *testing.B) {
	c, d := warm(b, true)
	at, ctx := time.Now(), context.Background()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if found, err := c.Find(ctx, d, at, nil); err != nil || found.Standing != session.Good {
				b.Error(found, err)
			}
		}
	})
}

// What does a miss cost beside the store's own work?
func BenchmarkFindMiss(b *testing.B) {
	l, c := office(b, 0)
	tok := l.issue(token(session.NewHandle(session.Access).Digest(), "alice"))
	at, ctx := time.Now(), context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if found, err := c.Find(ctx, tok.Digest, at, nil); err != nil || found.Standing != session.Good {
			b.Fatal(found, err)
		}
	}
}
