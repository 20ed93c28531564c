//go:build !mutant_glanceackfirst

package revocation

// shown stores nothing: what a glance shows has not been applied (pitfall P13).
func (db *database) shown(HolderID, Page) {}
