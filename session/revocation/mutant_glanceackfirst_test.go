//go:build mutant_glanceackfirst

package revocation

// shown takes what was sent for applied.
func (db *database) shown(id HolderID, p Page) { db.acknowledge(id, p.Log, p.Head) }
