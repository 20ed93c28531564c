package process

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestStatIsReadWhateverTheProcessIsCalled(t *testing.T) {
	const rest = " S 1 10 10 0 -1 4194560 900 0 0 0 123 45 7 8 20 0 9 0 5000 1234567 300 18446744073709551615 1 1 0"
	want := Usage{CPU: 1680 * time.Millisecond, RSS: 300 * 4096}
	for _, name := range []string{"introspectd", "a b", "x) S 1 (y", "((", ") R 9 9 9 9 9 9 9 9 9 9 999 999"} {
		if got, err := parseStat("10 ("+name+")"+rest, 4096); err != nil || got != want {
			t.Errorf("usage of a process called %q = %+v, %v, want %+v", name, got, err, want)
		}
	}
}

func TestStatThatIsNotUnderstoodIsAnError(t *testing.T) {
	for _, line := range []string{
		"", "10 introspectd S 1", "10 (introspectd) S 1 10 10",
		"10 (d) S 1 10 10 0 -1 4194560 900 0 0 0 123 x 7 8 20 0 9 0 5000 1234567 300",
		"10 (d) S 1 10 10 0 -1 4194560 900 0 0 0 -123 45 7 8 20 0 9 0 5000 1234567 300",
	} {
		if got, err := parseStat(line, 4096); err == nil {
			t.Errorf("parseStat(%q) = %+v, want an error", line, got)
		}
	}
}

func TestUsageIsOfTheProcessThatWasNamed(t *testing.T) {
	before, err := Of(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if before.RSS < 1<<20 || before.RSS > 1<<40 {
		t.Errorf("resident bytes of this test = %d, want some megabytes", before.RSS)
	}
	for begun := time.Now(); ; {
		after, err := Of(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if after.CPU >= before.CPU+5*Tick {
			break
		}
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("processor time stays at %s while this test computes", after.CPU)
		}
	}
	if got, err := Of(1 << 30); err == nil || !strings.Contains(err.Error(), "1073741824") {
		t.Errorf("usage of a process that is not there = %+v, %v, want an error that names it", got, err)
	}
}

// Two ways of asking the same must agree, or one of them asks about something else.
func TestTheClockCountsWhatProcCounts(t *testing.T) {
	fine, ok := cpuOf(os.Getpid())
	if !ok {
		t.Log("there is no clock for processes here; what /proc counts is used")
		return
	}
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	coarse, err := parseStat(string(text), os.Getpagesize())
	if err != nil {
		t.Fatal(err)
	}
	if apart := coarse.CPU - fine; apart < -5*Tick || apart > 5*Tick+time.Second {
		t.Errorf("the clock says %s, /proc %s", fine, coarse.CPU)
	}
	if _, ok := cpuOf(1 << 30); ok {
		t.Error("there is a clock for a process that is not there")
	}
}
