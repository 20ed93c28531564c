//go:build !mutant_glanceackalone

package revocation

// says is what is acknowledged without a renewal: the same as with one (pitfall P19).
func (n *node) says() Seq { return n.acknowledges() }
