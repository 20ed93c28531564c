//go:build mutant_gap

package revocation

// follows takes whatever comes.
func follows(e Entry, want Seq) bool { return e.Seq >= want }
