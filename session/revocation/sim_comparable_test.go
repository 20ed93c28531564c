//go:build !mutant_acklog

package revocation

// comparable reports whether an acknowledgement is about this log.
func (db *database) comparable(log string, acked Seq) bool { return log == db.log && acked <= db.head }
