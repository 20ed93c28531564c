package daemon

import (
	"context"
	"log/slog"
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Go lets the heap grow to twice of what was alive at the last collection. A daemon that remembers much has long enough between two collections
// with less: what it remembers is nearly free of pointers, so a collection takes 0.2 s for a million tokens, and a request leaves 3 kB behind.
const (
	freeHeadroom  = 32 << 20 // may always be used up between two collections, but never more than is alive
	headroomShare = 4        // of what is alive, a quarter is added to that
	standardGOGC  = 100
)

// headroom is the percentage, as GOGC has it, for so many bytes alive.
func headroom(alive uint64) int {
	room := freeHeadroom + alive/headroomShare
	if room >= alive {
		return standardGOGC
	}
	// In steps of five: each change stops the world for a moment.
	return int((100*room/alive + 4) / 5 * 5)
}

// heapEvery is how often the heap is looked at; a look costs microseconds.
const heapEvery = time.Second

// keeper keeps the headroom of the heap in proportion.
type keeper struct {
	every time.Duration
	log   *slog.Logger
}

// Run does so until ctx ends, unless whoever runs the daemon has decided himself.
func (k keeper) Run(ctx context.Context) error {
	if name := decided(); name != "" {
		k.log.Info("the collector is left as the environment sets it", "variable", name)
		<-ctx.Done()
		return nil
	}
	defer debug.SetGCPercent(standardGOGC)
	tick := time.NewTicker(k.every)
	defer tick.Stop()
	for {
		if alive, percent := heap(); headroom(alive) != percent {
			debug.SetGCPercent(headroom(alive))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// decided is the variable of the environment by which somebody has told the collector what to do, or "".
func decided() string {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		if os.Getenv(name) != "" {
			return name
		}
	}
	return ""
}

// heap reads what was alive after the last collection, and the percentage that holds.
func heap() (alive uint64, percent int) {
	read := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/gogc:percent"}}
	metrics.Read(read)
	return read[0].Value.Uint64(), int(min(read[1].Value.Uint64(), math.MaxInt32))
}
