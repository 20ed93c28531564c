//go:build !race

// The race detector does not reach into the builds that are started here; under it they would only be made once more.

package guard_test

import (
	"testing"

	"github.com/introspectd/introspectd/internal/mutants"
)

// broken are builds with one rule broken, and the test that says so. Each swaps one function of this package for the one in
// mutant_NAME_test.go.
var broken = map[string]string{
	"latenumber": "TestWhatIsTakenBackDuringALookIsNotTakenForClear",
}

func TestEachBrokenRuleIsNoticed(t *testing.T) { mutants.Noticed(t, broken) }

// Package blackbox builds keykept into services.
func TestEachMutantIsRun(t *testing.T) { mutants.AllRun(t, broken, "keykept") }
