//go:build !mutant_replica

package revocation

import "time"

// renewalAsOf is now: a renewal is a committed write on the primary (pitfall P5).
func (db *database) renewalAsOf() time.Duration { return db.w.now }
