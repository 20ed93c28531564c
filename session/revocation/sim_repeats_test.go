//go:build !mutant_glanceackonce

package revocation

// repeats is what a renewal acknowledges: all there is, for a crash may have forgotten what was said before.
func (n *node) repeats() Seq { return n.acknowledges() }
