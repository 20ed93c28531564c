//go:build !mutant_extendfirst

package revocation

// followed reports whether all of a page, and all before it, has been applied.
func (h *Holder) followed(p Page) bool { return p.Log == h.log && h.set.Applied() >= p.Head }
