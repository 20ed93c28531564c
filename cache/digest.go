//go:build !mutant_digest

package cache

import "github.com/introspectd/introspectd/session"

// isOf compares all of the digest: the memory went by 64 bits of it.
func (e *entry) isOf(d session.Digest) bool { return e.token.Digest == d }
