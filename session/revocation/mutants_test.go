//go:build !race

// The race detector does not reach into the builds that are started here; under it they would only be made once more.

package revocation

import (
	"testing"

	"github.com/introspectd/introspectd/internal/mutants"
)

const simulation = "TestSimulation"

// broken are builds with one rule broken, and the test that must notice it. Each swaps one function, of this package or of the simulated world
// around it, for the one in mutant_NAME_test.go, or in mutant_NAME.go where package blackbox
// builds it into whole programs too. Those that a random life seldom meets have a schedule directed at them.
var broken = map[string]string{
	// the log and the database
	"nextval":     "TestP1NoEntryIsPassedByBecauseItsTransactionWasSlow",
	"gap":         "TestP1NoEntryIsPassedByBecauseItsTransactionWasSlow", // P37: a sequence, and a holder that takes what comes
	"replica":     simulation,                                            // P5: a renewal from a replica
	"stalereader": simulation,                                            // P5: a row from a replica
	"restored":    simulation,                                            // P6
	"era":         "TestP6AnotherLogsNumbersMeanNothing",
	"regrown":     "TestP6ALogThatGrewAgainIsNotTakenForTheOneThatWasSeen",
	"acklog":      simulation, // an acknowledgement of one log is taken for one of another

	"oldacks": "TestP6WhatAGuardHasOfTheOldLogIsNoAcknowledgementInTheNewOne",
	"flap":    "TestP6AGuardThatWentBackToTheOldLogHasNothingOfIt",

	// leases and time
	"receipt":          simulation, // P11
	"extendfirst":      "TestP12NothingIsBelievedBeforeTheLastPage",
	"ackfirst":         simulation, // P13
	"shortwait":        simulation, // P14
	"norate":           "TestP14TheWaitOutlastsALeaseOnTheSlowestClock",
	"lateregistration": "TestP15ARevokerSeesEveryHolderThatCanBelieve",
	"repeat":           simulation, // P16
	"reusedid":         "TestP17ARestartedNodeIsNotTakenForTheOneBefore",
	"uncapped":         "TestP18AGuardsLeaseEndsWithItsNodes",
	"stalegrant":       "TestP18AGuardsLeaseEndsWithItsNodes",
	"ackalone":         "TestP19ANodeSpeaksForItsGuardsToo",
	"timerflag":        simulation, // P20
	"monotonic":        simulation, // P21
	"reap":             "TestTheRegistrationOfANodeThatRenewsStays",
	"setfirst":         "TestP12NothingIsBelievedBeforeTheLastPage",
	"numberfirst":      "TestWhatIsNumberedIsThere",

	// glances
	"glanceextends":  "TestAGlanceExtendsNoLease",
	"glanceackfirst": simulation,
	"glanceackalone": simulation,
	"glanceackback":  "TestAnAcknowledgementIsNotUnsaid",
	"glanceackonce":  "TestAForgottenAcknowledgementComesWithTheNextRenewal",
	"asyncrenewal":   "TestACrashForgetsNoRenewal", // what a glance may do, done by a renewal

	// what is remembered
	"forgetsoon":  "TestP24NothingOutlivesTheEntryThatCoversIt",
	"believelong": "TestP24NothingOutlivesTheEntryThatCoversIt",
	"bornasof":    "TestP25WhatIsOpenedAfterATakingBackIsGood",
	"latefill":    "TestP34ALateFillDoesNotBringATokenBack",
	"keykept":     "TestTheSetCoversWhatMatchesAndWasKnownBefore",
}

// mutantSeeds is what a random life gets to find a mutant; each of those above is found in the first hundred or so.
const mutantSeeds = "1000"

func TestEachBrokenRuleIsNoticed(t *testing.T) {
	mutants.Noticed(t, broken, "INTROSPECTD_SIM_SEEDS="+mutantSeeds, "INTROSPECTD_SIM_SEED=")
}

func TestEachMutantIsRun(t *testing.T) { mutants.AllRun(t, broken) }
