//go:build !mutant_glanceextends

package revocation

// glanced leaves the lease as it is: the roll does not say that the holder was told of anything.
func (n *node) glanced(Instant, Page) {}
