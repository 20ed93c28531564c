//go:build mutant_timerflag

package revocation

// watch keeps a flag beside the lease.
type watch struct {
	*process
	fresh bool
	count int
}

// trusts is the lease as a question sees it.
func (w *watch) trusts(h *Holder) bool { return w.believes(h, w.clock()) }

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
