//go:build mutant_nextval || mutant_gap

package revocation

// ticket comes from a sequence, whose numbers are given out before the commit.
func (db *database) ticket() Seq {
	db.begun = max(db.begun, db.head) + 1
	return db.begun
}

func (db *database) number(ticket Seq) Seq { return ticket }
