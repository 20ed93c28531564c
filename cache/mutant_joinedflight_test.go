//go:build mutant_joinedflight

package cache

import (
	"context"

	"github.com/introspectd/introspectd/session"
)

// carry lets questions board a look-up that is in the air.
func (f *flights) carry(ctx context.Context, d session.Digest, l *line) *flight {
	e, err := f.load(ctx, d)
	now := f.depart(l)
	now.entry, now.err = e, err
	return now
}
