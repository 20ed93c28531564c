//go:build !mutant_lateregistration

package revocation

// begin registers. Renewals come after that.
func (n *node) begin() { n.register() }
