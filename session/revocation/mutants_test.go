//go:build !race

// The race detector does not reach into the builds that are started here; under it they would only be made once more.

package revocation

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

const simulation = "TestSimulation"

// mutants are builds with one rule broken, and the test that must notice it. Each swaps one function, of this package or of the simulated world
// around it, for the one in mutant_NAME_test.go, or in mutant_NAME.go where package blackbox
// builds it into whole programs too. Those that a random life seldom meets have a schedule directed at them.
var mutants = map[string]string{
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
	slots := make(chan struct{}, 2) // each links a test binary, which fills a processor
	var running sync.WaitGroup
	for name, test := range mutants {
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-vet=off", "-timeout=60s", "-tags=mutant_"+name, "-run=^"+test+"$", ".")
			cmd.Env = append(os.Environ(), "INTROSPECTD_SIM_SEEDS="+mutantSeeds, "INTROSPECTD_SIM_SEED=")
			out, err := cmd.CombinedOutput()
			exit := (*exec.ExitError)(nil)
			if !errors.As(err, &exit) || !strings.Contains(string(out), "--- FAIL: "+test) {
				t.Errorf("mutant %s: %s does not notice it: %v\n%s", name, test, err, out)
			}
		})
	}
	running.Wait()
}

// A mutant that nobody runs survives.
func TestEachMutantIsRun(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, f := range files {
		if name, ok := strings.CutPrefix(f.Name(), "mutant_"); ok {
			there[strings.TrimSuffix(strings.TrimSuffix(name, ".go"), "_test")] = true
		}
	}
	for name := range there {
		if mutants[name] == "" {
			t.Errorf("mutant_%s is not in the list", name)
		}
	}
	for name := range mutants {
		if !there[name] {
			t.Errorf("there is no mutant_%s", name)
		}
	}
}
