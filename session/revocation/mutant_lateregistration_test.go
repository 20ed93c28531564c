//go:build mutant_lateregistration

package revocation

// begin registers in the transaction of its first renewal, which others see when it commits.
func (n *node) begin() {
	id, begun, round := n.id, n.clock(), n.round
	n.w.send(n.process, n.w.db.process, func() {
		if n.w.db.down {
			return
		}
		p := n.w.db.page(n.holder.set.Applied(), simPage, n.w.now)
		n.w.in(n.w.upTo(n.w.lease/2), func() {
			n.w.db.do(func() {
				n.w.db.register(id)
				n.w.send(n.w.db.process, n.process, func() {
					if id == n.id && !n.registered {
						n.registered, n.running = true, true
						n.follow(round, begun, p, true, "", 0)
					}
				})
			})
		})
	})
}
