package session_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
)

func TestAUseIsDueOncePerPeriod(t *testing.T) {
	var u session.Usage
	for _, c := range []struct {
		at   session.Date
		want bool
	}{{1000, true}, {1000, false}, {1059, false}, {1060, true}, {1061, false}, {900, false}, {1119, false}, {5000, true}} {
		if got := u.Due(c.at, time.Minute); got != c.want {
			t.Errorf("Due(%d) = %v, want %v", c.at, got, c.want)
		}
	}
	if !(*session.Usage)(nil).Due(1000, time.Minute) {
		t.Error("where nobody remembers, every use is due")
	}
}

func TestAUseIsDueOnceHoweverManyAsk(t *testing.T) {
	var u session.Usage
	var due atomic.Int32
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			for at := session.Date(1000); at < 1600; at++ {
				if u.Due(at, time.Minute) {
					due.Add(1)
				}
			}
		})
	}
	asking.Wait()
	if n := due.Load(); n != 10 {
		t.Errorf("due %d times in ten minutes, want 10", n)
	}
}
