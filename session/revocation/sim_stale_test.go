//go:build !mutant_stalereader

package revocation

// stale reports whether a reader knows less than the node did before it asked (pitfall P5).
func (n *node) stale(head, asof Seq) bool { return head < asof }
