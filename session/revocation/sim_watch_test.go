//go:build !mutant_timerflag

package revocation

// extended notes nothing.
func (w *watch) extended(*Holder) {}

// believes reads the clock at each check (pitfall P20).
func (w *watch) believes(h *Holder, now Instant) bool { return h.Believes(now) }
