//go:build mutant_digest

package cache

import "github.com/introspectd/introspectd/session"

// isOf leaves it to the memory.
func (f *facts) isOf(session.Digest) bool { return true }
