//go:build !mutant_flap

package revocation

// Vouches is Holds for what another process has found, as of a seq of a log, such as an internal token. The mark is of this process and was
// taken before it looked at its lease. It may have gone over to another log and come back since, as when it asks a node that has not
// heard of a new log yet; then the lease was that of a set that is gone.
func (h *Holder) Vouches(m Mark, log string, asof Seq, marks *Marks) bool {
	return !h.set.Covers(marks, asof) && h.Log() == log && h.remembers(m)
}
