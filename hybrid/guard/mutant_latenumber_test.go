//go:build mutant_latenumber

package guard

import "github.com/introspectd/introspectd/session"

// look reads the number when it is over.
func (h *hangs) look(f Fence) (covered bool, applied session.Seq) {
	covered = !h.clear.upTo(f.Set().Applied()) && h.covered(f)
	return covered, f.Set().Applied()
}
