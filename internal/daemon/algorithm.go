package daemon

import (
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/internal/config"
)

// OtherAlgorithm is that of the key that signs now when it is not the one in the settings, which are for keys that are made from now on. It is
// empty when the two are the same, or nothing signs.
func OtherAlgorithm(ring *keyring.Ring, s config.Settings, at time.Time) jwks.Algorithm {
	for _, k := range ring.List(at) {
		if k.State == keyring.Signing && string(k.Algorithm) != s.SigningAlg {
			return k.Algorithm
		}
	}
	return ""
}
