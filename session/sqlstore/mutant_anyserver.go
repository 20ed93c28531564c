//go:build mutant_replica || mutant_stalereader

package sqlstore

// follower takes any server.
func follower(bool) error { return nil }
