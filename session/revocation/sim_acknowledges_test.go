//go:build !mutant_ackfirst

package revocation

// acknowledges is what the node and its subscribers have applied (pitfall P13).
func (n *node) acknowledges() Seq { return n.subs.Acked(n.holder.set.Applied(), n.clock()) }
