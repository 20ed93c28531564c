//go:build mutant_glanceackback

package revocation

// stored believes the last word.
func stored(_, said Seq) Seq { return said }
