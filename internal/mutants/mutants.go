// Package mutants builds a package's tests with one of its rules broken, to see that a test notices.
//
// A mutant is a file mutant_NAME_test.go, or mutant_NAME.go where whole programs are built with it too, that swaps one function under the build
// tag mutant_NAME.
//
// Guarantees:
//   - A mutant counts as noticed only when the test that was named for it failed: neither a build that fails nor another test will do.
//   - A mutant that nobody runs is an error, and so is a name without a mutant.
package mutants

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// Noticed demands of each mutant, by name, that a test of the package under test fails. Settings are added to the environment.
func Noticed(t *testing.T, mutants map[string]string, settings ...string) {
	t.Helper()
	slots := make(chan struct{}, 2) // each links a test binary, which fills a processor
	var running sync.WaitGroup
	for name, test := range mutants {
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			// Our own flags are not handed on: the test is the same however we were started.
			cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-vet=off", "-timeout=2m", "-tags=mutant_"+name, "-run=^"+test+"$", ".")
			cmd.Env = append(os.Environ(), settings...)
			out, err := cmd.CombinedOutput()
			exit := (*exec.ExitError)(nil)
			if !errors.As(err, &exit) || !strings.Contains(string(out), "--- FAIL: "+test) {
				t.Errorf("mutant %s: %s does not notice it: %v\n%s", name, test, err, out)
			}
		})
	}
	running.Wait()
}

// AllRun compares the mutants with the files of the package under test. Those that are run elsewhere are named.
func AllRun(t *testing.T, mutants map[string]string, elsewhere ...string) {
	t.Helper()
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
	run := map[string]bool{}
	for name := range mutants {
		run[name] = true
	}
	for _, name := range elsewhere {
		run[name] = true
	}
	for name := range there {
		if !run[name] {
			t.Errorf("mutant_%s is not in the list: it would survive", name)
		}
	}
	for name := range run {
		if !there[name] {
			t.Errorf("there is no mutant_%s", name)
		}
	}
}
