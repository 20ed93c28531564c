package introspect

import (
	"context"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Finder says what a digest stands for at the moment of the question. Package cache is one. An implementation
//   - MUST answer from what is known to hold at a moment after the call, or return an error;
//   - MUST call admit, when it is not nil, before it asks the store, and return its error as it is instead of asking.
type Finder interface {
	Find(ctx context.Context, d session.Digest, at time.Time, admit func() error) (session.Found, error)
}
