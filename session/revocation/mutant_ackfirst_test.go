//go:build mutant_ackfirst

package revocation

// acknowledges is what the node has been told that there is.
func (n *node) acknowledges() Seq {
	return max(n.hinted, n.subs.Acked(n.holder.set.Applied(), n.clock()))
}
