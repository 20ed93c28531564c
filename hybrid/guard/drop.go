//go:build !mutant_keykept

package guard

import (
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// dropFrom has keys that were taken back not be believed any more, whatever is published.
func dropFrom(keys *jwks.Source, entries []revocation.Entry) {
	for _, e := range entries {
		if e.Target == session.TargetKey {
			keys.Drop(e.Key)
		}
	}
}
