//go:build !mutant_era

package revocation

// remembers reports whether a mark was made in the history that is followed now (pitfall P6).
func (h *Holder) remembers(m Mark) bool { return m.Era == h.era.Load() }
