package caller

import (
	"crypto/sha256"
	"crypto/subtle"

	"github.com/introspectd/introspectd/introspect/oauth"
)

// Authenticate finds the client that one of the readings of what was presented is right for, if any. Unknown client, disabled client,
// client without a secret and wrong secret are one answer, and cost the same.
func (r *Registry) Authenticate(readings ...oauth.Credentials) (*Client, bool) {
	for _, presented := range readings {
		c, known := r.Client(presented.ID)
		var want [sha256.Size]byte
		if known {
			want = c.Secret
		}
		got := sha256.Sum256([]byte(presented.Secret.Reveal()))
		if subtle.ConstantTimeCompare(got[:], want[:]) == 1 && known {
			return c, true
		}
	}
	return nil, false
}
