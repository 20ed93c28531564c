//go:build linux && !race

package blackbox

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// writing keeps the sections of a report in one piece: its tests run side by side.
var writing sync.Mutex

const reportHead = `# A long run of the black box

Real daemons and services with guards, killed, stopped, cut off, slowed and locked out at random, in the midst of traffic; each answer is judged against the promise of
[guarantees.md](guarantees.md) by one clock. Written by

    INTROSPECTD_BLACKBOX=12m INTROSPECTD_BLACKBOX_REPORT=report.md go test -timeout 40m -run AfterItWasTakenBack ./internal/blackbox

`

// report appends what a run has shown to the file that INTROSPECTD_BLACKBOX_REPORT names, if it does.
func (f *trial) report(t *testing.T, n Nemesis, v Verdict, lasted time.Duration) {
	t.Helper()
	path := os.Getenv("INTROSPECTD_BLACKBOX_REPORT")
	if path == "" {
		return
	}
	on := "SQLite"
	if f.Daemons[0].Store != nil {
		on = "PostgreSQL"
	}
	h := f.History()
	w := Written{
		Name: on, On: "three daemons, two services and the command line on " + on, Seed: f.seed, Lasted: lasted,
		Faults: n.Faults, Ways: WaysOf(h), Verdict: v, Settled: Settled(h),
	}
	writing.Lock()
	defer writing.Unlock()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if at, err := file.Stat(); err == nil && at.Size() == 0 {
		if _, err := file.WriteString(reportHead); err != nil {
			t.Error(err)
		}
	}
	if err := w.Markdown(file); err != nil {
		t.Error(err)
	}
}

func TestAReportSaysWhatWasBroken(t *testing.T) {
	one := Token{Session: "s", Subject: "u", Client: "c"}
	h := History{Tokens: []Token{one}, Ops: []Op{
		{Token: 0, Who: "A", Call: 1, Return: 2, Outcome: Active},
		{Token: 0, Key: one.Keys()[1], Who: "A", Call: 3, Return: 4, Outcome: Done, Words: "by session 200"},
		{Token: 0, Who: "B", Call: 5, Return: 6, Outcome: Active},
	}}
	var text strings.Builder
	w := Written{Name: "SQLite", On: "one", Seed: 7, Faults: map[string]int{"cut": 3}, Ways: WaysOf(h), Verdict: Judge(h), Settled: Settled(h)}
	if err := w.Markdown(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"seed 7", "**3**: 2 answered active", "(violations) | **1** |", "| cut | 3 |", "| session | 1 |"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
}
