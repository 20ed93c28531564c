package revocation

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// However it is read, it is the clock that counts sleep: what the kernel says before and after encloses it.
func TestBoottimeIsCLOCKBOOTTIME(t *testing.T) {
	kernel := func() Instant {
		var ts unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
			t.Fatal(err)
		}
		return Instant(ts.Nano())
	}
	const rounding = time.Microsecond
	for range 10_000 {
		before, now, after := kernel(), Boottime(), kernel()
		if now.Add(rounding) < before || now > after.Add(rounding) {
			t.Fatalf("Boottime = %d, between %d and %d as the kernel says", now, before, after)
		}
	}
}

// A service that imports a guard may be built without a C compiler.
func TestTheClockNeedsNoCompiler(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-vet=off", "-timeout=60s", "-run=^TestBoottime", ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("without cgo: %v\n%s", err, out)
	}
}
