//go:build !mutant_stalereader

package cache

import "github.com/introspectd/introspectd/session"

// stale reports whether a row was read from a past that this node has left behind: a replica, an old copy, a primary that is none any more.
func stale(head, applied session.Seq) bool { return head < applied }
