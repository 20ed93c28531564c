//go:build mutant_glanceextends

package revocation

// glanced takes what it has seen for a renewal.
func (n *node) glanced(begun Instant, p Page) {
	p.Lease = n.w.lease
	n.holder.Extend(n.countedFrom(begun), p)
	n.watch.extended(n.holder)
}
