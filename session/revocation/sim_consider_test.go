//go:build !mutant_setfirst

package revocation

// consider looks at the lease and then at the set, both after the question has arrived. See [Holder].
func (n *node) consider(q *question) { n.leased(q, func() { n.judge(q) }) }
