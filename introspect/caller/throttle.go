package caller

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Throttle counts what somebody does wrong, by key, and says when it is too much. Doing right costs nothing.
type Throttle struct {
	perSecond rate.Limit
	burst     int

	mu    sync.Mutex
	spent map[string]*rate.Limiter // guarded by mu; keys that did wrong lately
}

// maxThrottled bounds the keys kept, at about 150 bytes each. When it is reached those that have recovered go, and if there are none, all.
const maxThrottled = 10_000

// NewThrottle allows so many wrongs a second after a first burst. A rate of zero or less means no limit.
func NewThrottle(perSecond float64, burst int) *Throttle {
	t := &Throttle{perSecond: rate.Limit(perSecond), burst: burst, spent: map[string]*rate.Limiter{}}
	if perSecond <= 0 {
		t.perSecond = rate.Inf
	}
	return t
}

// Exhausted reports whether key has nothing left to spend.
func (t *Throttle) Exhausted(key string, at time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	l, ok := t.spent[key]
	return ok && l.TokensAt(at) < 1
}

// Spend counts one wrong, and reports whether key could afford it.
func (t *Throttle) Spend(key string, at time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	l, ok := t.spent[key]
	if !ok {
		if len(t.spent) >= maxThrottled {
			t.makeRoom(at)
		}
		l = rate.NewLimiter(t.perSecond, t.burst)
		t.spent[key] = l
	}
	return l.AllowN(at, 1)
}

func (t *Throttle) makeRoom(at time.Time) {
	for key, l := range t.spent {
		if l.TokensAt(at) >= float64(t.burst) {
			delete(t.spent, key)
		}
	}
	if len(t.spent) >= maxThrottled {
		clear(t.spent)
	}
}
