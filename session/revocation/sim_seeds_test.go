//go:build !race

package revocation

// simSeeds takes half a minute on two processors.
const simSeeds = 12_000
