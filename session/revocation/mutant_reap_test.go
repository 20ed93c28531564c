//go:build mutant_reap

package revocation

// silent takes a holder that waits for others for one that is gone.
func (s Settling) silent(Acked) bool { return true }
