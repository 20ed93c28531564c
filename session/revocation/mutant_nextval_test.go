//go:build mutant_nextval || mutant_gap

package revocation

// ticket comes from a sequence, whose numbers are given out before the commit.
func (db *database) ticket() Seq {
	db.next = max(db.next, db.head) + 1
	return db.next
}

func (db *database) number(ticket Seq) Seq { return ticket }
