//go:build !mutant_joinedflight

package cache

import (
	"context"

	"github.com/introspectd/introspectd/session"
)

// carry lets nobody board any more before it loads.
func (f *flights) carry(ctx context.Context, d session.Digest, l *line) *flight {
	now := f.depart(l)
	now.entry, now.err = f.load(ctx, d)
	return now
}
