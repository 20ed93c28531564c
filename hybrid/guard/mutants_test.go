//go:build !race

// The race detector does not reach into the builds that are started here; under it they would only be made once more.

package guard_test

import (
	"errors"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// mutants are builds with one rule broken, and the test that says so. Each swaps one function of this package for the one in
// mutant_NAME_test.go.
var mutants = map[string]string{
	"latenumber": "TestWhatIsTakenBackDuringALookIsNotTakenForClear",
}

func TestEachBrokenRuleIsNoticed(t *testing.T) {
	slots := make(chan struct{}, 2) // each links a test binary, which fills a processor
	var running sync.WaitGroup
	for name, test := range mutants {
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			// -short=false and the rest of our own flags are not handed on: the test is the same however we were started.
			cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-vet=off", "-timeout=60s", "-tags=mutant_"+name, "-run=^"+test+"$", ".")
			out, err := cmd.CombinedOutput()
			exit := (*exec.ExitError)(nil)
			if !errors.As(err, &exit) || !strings.Contains(string(out), "--- FAIL: "+test) {
				t.Errorf("mutant %s: %s does not notice it: %v\n%s", name, test, err, out)
			}
		})
	}
	running.Wait()
}
