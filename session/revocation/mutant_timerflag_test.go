//go:build mutant_timerflag

package revocation

// extended sets a flag, which a timer takes down when the lease is over.
func (w *watch) extended(h *Holder) {
	rest := h.Lease().Rest(w.clock())
	w.fresh = rest > 0
	w.count++
	count := w.count
	w.after(rest, func() {
		if w.count == count {
			w.fresh = false
		}
	})
}

// believes looks at the flag.
func (w *watch) believes(*Holder, Instant) bool { return w.fresh }
