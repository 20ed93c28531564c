//go:build mutant_glanceackalone

package revocation

// says is what the node has applied, whatever those who follow through it have.
func (n *node) says() Seq { return n.holder.set.Applied() }
