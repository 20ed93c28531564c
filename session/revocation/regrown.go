//go:build !mutant_regrown

package revocation

// regrown reports whether the log has other entries than those that were applied here: it lost some, and grew past what is known here while nothing
// was heard of it. The log keeps an entry for longer than anything is remembered; when the one that was applied last is not kept any more, it is
// none of those that a restored log has anew, or all that is remembered is too old to be believed.
func (h *Holder) regrown(p Page) bool {
	was, is := h.last, p.Last
	return p.Of == p.Log && is.Seq != 0 && is.Seq == was.Seq && (is.Selector != was.Selector || is.At != was.At)
}
