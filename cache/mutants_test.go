package cache

import (
	"testing"

	"github.com/introspectd/introspectd/internal/mutants"
)

// broken are builds with one rule broken, and the test that says so. Each swaps one function of this package for the one in
// mutant_NAME_test.go.
var broken = map[string]string{
	"joinedflight": "TestP35AQuestionDoesNotBoardALookUpThatBeganBeforeIt",
	"cacheverdict": "TestP29RefusedWhileTheMemoryStillShowsIt",
	"leaseflag":    "TestP20TheLeaseIsReadAtEachQuestion",
	"digest":       "TestP33TwoTokensUnderOneKeyAreToldApart",
	"fillasof":     "TestP34TakenBackStaysTakenBackAfterALateFill",
	"bornasof":     "TestOpenedAfterLogoutEverywhereIsGoodOnANodeThatHasNotHeardOfIt",
	"stalereader":  "TestP5AStaleReaderIsAnErrorNotAnAnswer",
	"negative":     "TestP36WhatIsUnknownIsNotRemembered",
}

func TestEachBrokenRuleIsNoticed(t *testing.T) { mutants.Noticed(t, broken) }

func TestEachMutantIsRun(t *testing.T) { mutants.AllRun(t, broken) }
