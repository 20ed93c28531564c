//go:build !mutant_reap

package revocation

// silent reports that a holder has not renewed since the entry was committed. One that has may hold a lease, though it waits for a subscriber
// of its own before it acknowledges.
func (s Settling) silent(h Acked) bool { return h.Told < s.Seq }
