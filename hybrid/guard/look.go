//go:build !mutant_latenumber

package guard

import "github.com/introspectd/introspectd/session"

// look reports whether something that a token hangs on was taken back, and up to which entry that is known: what was applied when it
// began. An entry that is applied in the midst of it, and that it may have missed, has a larger number and is looked for next time.
func (h *hangs) look(f Fence) (covered bool, applied session.Seq) {
	applied = f.Set().Applied()
	return !h.clear.upTo(applied) && h.covered(f), applied
}
