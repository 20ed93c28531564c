//go:build mutant_latefill

package revocation

// noted is what is known after the row was read.
func (n *node) noted(fact) fact { return n.note() }
