//go:build mutant_regrown

package revocation

// regrown believes that a log which is called the same and is long enough is the same.
func (h *Holder) regrown(Page) bool { return false }
