//go:build !mutant_repeat

package revocation

// atOnce is whether a taking-back that was there already returns without waiting for its entry to settle (pitfall P16).
const atOnce = false
