//go:build !mutant_nosettle && !mutant_knownhere

package daemon

import (
	"context"

	"github.com/introspectd/introspectd/session"
)

// settle returns when nobody on this database believes what seq took back.
func (d *Daemon) settle(ctx context.Context, seq session.Seq) error { return d.node.Settle(ctx, seq) }
