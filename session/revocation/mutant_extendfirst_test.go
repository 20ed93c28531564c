//go:build mutant_extendfirst

package revocation

// followed believes that the rest will come.
func (h *Holder) followed(p Page) bool { return p.Log == h.log }
