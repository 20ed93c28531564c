//go:build !mutant_replica && !mutant_stalereader

package sqlstore

// follower refuses a server that only follows another (pitfall P5).
func follower(replica bool) error {
	if replica {
		return &unfit{"is a replica: name the primary"}
	}
	return nil
}
