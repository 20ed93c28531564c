//go:build mutant_bornasof

package revocation

// bornAsof forgets the birth.
func bornAsof(applied, _ Seq) Seq { return applied }
