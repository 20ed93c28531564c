//go:build mutant_flap

package revocation

// Vouches does not mind where it has been meanwhile.
func (h *Holder) Vouches(_ Mark, log string, asof Seq, marks *Marks) bool {
	return !h.set.Covers(marks, asof) && h.Log() == log
}
