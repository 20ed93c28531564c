//go:build mutant_replica

package revocation

import "time"

// renewalAsOf is what a replica has.
func (db *database) renewalAsOf() time.Duration { return db.w.now - db.w.lease/2 }
