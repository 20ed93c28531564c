//go:build mutant_repeat

package revocation

const atOnce = true
