//go:build !mutant_asyncrenewal

package revocation

// renewed has the renewal on disk before it is answered: the lease hangs on what the roll says of it.
func (db *database) renewed(h Acked) { db.flush(h) }
