// Package sessiontest has the suite that every store passes, and a store in memory that passes it.
//
// Guarantees:
//   - [Run] has a test for each sentence of the contracts of [session.Store], [revocation.Roll] and [caller.Store]. It needs an empty store for
//     each, and a clean end when the test's context is done.
//   - [Memory] keeps these contracts but for durability. It can be made to fail and to wait at the moments that matter.
//
// It refuses to look inside a store, and says nothing about what survives a crash: that takes a process to kill.
package sessiontest

import (
	"slices"
	"testing"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Stores is what one database keeps: the three share transactions.
type Stores interface {
	session.Store
	revocation.Roll
	caller.Store
}

type rule struct {
	name  string
	check func(f *fixture)
}

// Run holds stores against the contracts. Each call of open gives an empty one.
func Run(t *testing.T, open func(t *testing.T) Stores) {
	for _, r := range slices.Concat(openRules, lookupRules, revokeRules, rotateRules, raceRules, listRules, sweepRules, logRules, registryRules, rollRules) {
		t.Run(r.name, func(t *testing.T) { r.check(newFixture(t, open(t))) })
	}
}
