//go:build !mutant_nextval && !mutant_gap

package revocation

// ticket is what a taking-back has when it begins. It says nothing of what commits before it.
func (db *database) ticket() Seq {
	db.begun++
	return db.begun
}

// number is taken from the counter row at the commit (pitfall P1).
func (db *database) number(Seq) Seq { return db.head + 1 }
