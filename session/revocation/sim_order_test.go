//go:build !mutant_nextval && !mutant_gap

package revocation

// ticket is what a taking-back takes when it begins: nothing.
func (db *database) ticket() Seq { return 0 }

// number is taken from the counter row at the commit (pitfall P1).
func (db *database) number(Seq) Seq { return db.head + 1 }
