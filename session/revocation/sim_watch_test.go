//go:build !mutant_timerflag

package revocation

// watch is how a process looks at its lease.
type watch struct{ *process }

// trusts is the lease as a question sees it.
func (w *watch) trusts(h *Holder) bool { return w.believes(h, w.clock()) }

// extended notes nothing.
func (w *watch) extended(*Holder) {}

// believes reads the clock at each check (pitfall P20).
func (w *watch) believes(h *Holder, now Instant) bool { return h.Believes(now) }
