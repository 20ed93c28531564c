package session

import (
	"sync/atomic"
	"time"
)

// Standing is what becomes of a digest that was asked for.
type Standing uint8

// The standings.
const (
	Unknown Standing = iota // never issued, or swept long after its end: who asks may be guessing
	Gone                    // issued once; expired or taken back
	Good
)

// Found is what one who remembers tokens, or asks the store each time, says of a digest at the moment of a question.
type Found struct {
	Standing Standing
	Token    Token  // zero when Unknown
	Asof     Seq    // known good as of this seq, when Good
	Usage    *Usage // nil where nobody remembers
}

// Usage remembers when a use of a token was last recorded. The zero Usage has seen none.
type Usage struct{ last atomic.Int64 }

// Start says when the first use was: a token that was just issued was used by that. It is called before anybody asks.
func (u *Usage) Start(at Date) { u.last.Store(int64(at)) }

// Due reports whether a use at a time is worth recording: the last one was recorded at least so long ago. It says so once per period,
// however many ask at once.
func (u *Usage) Due(at Date, every time.Duration) bool {
	if u == nil {
		return true
	}
	last := u.last.Load()
	if last != 0 && int64(at)-last < int64(every/time.Second) {
		return false
	}
	return u.last.CompareAndSwap(last, int64(at))
}
