//go:build mutant_setfirst

package revocation

// consider looks at the set and then at the lease.
func (n *node) consider(q *question) {
	f := *n.remembered(q.token)
	if !f.known || !n.holder.Holds(f.mark, &q.token.marks, n.clock()) {
		n.leased(q, func() { n.judge(q) })
		return
	}
	n.hesitate(func() { n.leased(q, func() { n.accept(q, f) }) })
}
