//go:build !mutant_gap

package revocation

// follows reports whether an entry is the one that comes next (pitfall P37).
func follows(e Entry, want Seq) bool { return e.Seq == want }
