package revocation

import "time"

// glances is whether a look at the log that is not due will be a glance. While things go wrong it may be one at any time: it promises nothing
// of the lease.
func (n *node) glances() bool {
	return n.w.glancing && (enough(n.holder.Lease().Rest(n.clock()), n.w.lease) || !n.w.calm && n.w.chance(0.3))
}

// glance acknowledges, reads the log to its head, applies, and acknowledges again.
func (n *node) glance(round int) {
	n.w.counts.glances++
	n.acknowledge(round, func() { n.peek(round, n.clock()) })
}

// peek asks for one page, as one reads it who writes nothing.
func (n *node) peek(round int, begun Instant) {
	id, log, after := n.id, n.holder.log, n.holder.set.Applied()
	n.w.db.see(n.process, func() func() {
		p := n.w.db.page(after, simPage, n.w.now)
		n.w.db.shown(id, p)
		return func() {
			if n.during(round) {
				n.peeked(round, begun, p, log)
			}
		}
	})
}

func (n *node) peeked(round int, begun Instant, p Page, of string) {
	n.apply(round, p, of, func(more bool) {
		n.glanced(begun, p)
		if more {
			n.peek(round, begun)
		} else {
			n.acknowledge(round, func() { n.renewed(true) })
		}
	})
}

// acknowledge says what has been applied, if that is more than has been said.
func (n *node) acknowledge(round int, then func()) {
	id, log, acked := n.id, n.holder.log, n.says()
	if acked <= n.acked {
		then()
		return
	}
	n.w.db.see(n.process, func() func() {
		known := n.w.db.acknowledge(id, log, acked)
		return func() {
			switch {
			case !n.during(round):
			case !known:
				n.struck()
			default:
				if n.holder.log == log {
					n.acked = max(n.acked, acked)
				}
				then()
			}
		}
	})
}

// see sends a statement that waits for no disk.
func (db *database) see(from *process, statement func() (reply func())) {
	db.w.send(from, db.process, func() {
		logs, crashed := db.logs, db.crashed
		db.w.in(db.w.upTo(100*time.Microsecond), func() {
			db.do(func() {
				if db.down || db.logs != logs || db.crashed != crashed {
					return
				}
				if reply := statement(); reply != nil {
					db.w.send(db.process, from, reply)
				}
			})
		})
	})
}

// acknowledge stores what a holder says, until the next crash. It is false when the holder's registration is gone.
func (db *database) acknowledge(id HolderID, log string, acked Seq) bool {
	h := db.holder(id)
	if h == nil {
		return false
	}
	if db.comparable(log, acked) {
		h.Seq = stored(h.Seq, acked)
	}
	if db.doomed {
		db.doomed = false
		db.w.in(db.w.upTo(5*time.Millisecond), func() {
			if !db.w.calm {
				db.crash(0.7, db.w.while())
			}
		})
	}
	return true
}

// flush is a commit that has reached the disk.
func (db *database) flush(h Acked) { db.flushed[h.Holder] = h }

// crash forgets what has not reached the disk, or part of it: a server writes it a moment later. The order is anybody's, which is worse than a
// server's.
func (db *database) crash(part float64, away time.Duration) {
	w := db.w
	w.logf("the database crashes")
	db.crashed++
	for i := range db.holders {
		h := &db.holders[i]
		if was := db.flushed[h.Holder]; was != *h && w.chance(part) {
			w.logf("it has forgotten that %s has applied entry %d and was told of %d", h.Holder, h.Seq, h.Told)
			w.counts.forgotten++
			*h = was
		}
	}
	db.down = true
	w.in(away, func() { db.down = w.now < db.back })
}
