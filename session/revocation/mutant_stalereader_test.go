//go:build mutant_stalereader

package revocation

// stale believes every reader.
func (n *node) stale(_, _ Seq) bool { return false }
