package revocation

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/introspectd/introspectd/session"
)

// Whoever has looked under a number, and found nothing, does not look again until there is a larger one. So nothing may be missing of what is
// numbered, however large the page is in the midst of which he looks.
func TestWhatIsNumberedIsThere(t *testing.T) {
	const rounds, after = 10, 20_000
	for range rounds {
		set, alice := NewSet(), Marks{Token: session.NewID(), Session: session.NewID(), Subject: "alice", Client: "web"}
		page := entries(1, session.BySubject("alice"))
		for i := range after {
			page = append(page, Entry{Seq: Seq(i + 2), Selector: session.BySession(session.NewID())})
		}
		var running sync.WaitGroup
		var done atomic.Bool
		looking := make(chan struct{})
		running.Go(func() {
			close(looking)
			for !done.Load() {
				seq := set.Applied()
				if !set.Covers(&alice, 0) && seq > 0 {
					t.Errorf("the set is numbered %d and lacks entry 1", seq)
					return
				}
			}
		})
		<-looking
		set.Apply(page, 0)
		done.Store(true)
		running.Wait()
		if seq := set.Applied(); seq != after+1 || !set.Covers(&alice, 0) {
			t.Fatalf("after the page: applied %d", seq)
		}
	}
}
