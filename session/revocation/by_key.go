//go:build !mutant_keykept

package revocation

import "github.com/introspectd/introspectd/session"

// coversKey reports whether the key that signed something was taken back, whatever its asof says: whoever stole the key writes what he likes. The
// caller holds mu.
func (s *Set) coversKey(id string) bool { return s.names[session.ByKey(id)] > 0 }
