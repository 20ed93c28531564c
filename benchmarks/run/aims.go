package run

import (
	"fmt"
	"slices"

	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// The bounds that we hold ourselves to.
const (
	warmBound     = 1.15 // times the floor, in processor time
	coldBound     = 2.   // up to coldMany sessions in SQLite
	coldManyBound = 2.5  // up to a million
	coldOnServer  = 3.   // on PostgreSQL, the daemon alone
	growthBound   = 1.3  // from few sessions to many
	crowdBound    = 5.   // times what one caller writes
	openBound     = 10_000.
	endBound      = 5_000.
	heapBound     = 500. // bytes
	verdictBound  = 400. // ns
	signedBound   = 1.1  // signatures, beyond the floor
	doorBound     = 1.4  // times the floor
	doorSigned    = 1.2  // signatures, beyond that
	coldMany      = 100_000
	coldMost      = 1_000_000
)

// aims are those of them that this run has measured.
func (b *bench) aims() []report.Aim {
	a := &aimed{report: &b.report}
	a.ratio("remembered: CPU over the floor", warmKey, floorKey, report.CPU, true, warmBound)
	for i, store := range b.stores {
		onServer, suffix, of := store.Reveal() != sqlite, b.suffix(i), b.onStore(i)
		for _, n := range worthAnAim(b.sessions) {
			a.ratio(fmt.Sprintf("first time, %d sessions%s: CPU over the floor", n, of), coldKey(n)+suffix, floorKey+suffix, report.CPU, true, coldest(n, onServer))
		}
	}
	smallest, biggest := b.sessions[0], b.sessions[len(b.sessions)-1]
	for _, n := range b.sessions {
		if smallest < hot {
			smallest = n // fewer are asked about in a moment: too short to be compared
		}
	}
	if smallest != biggest {
		a.ratio(fmt.Sprintf("first time: CPU with %d sessions over %d", biggest, smallest), coldKey(biggest), coldKey(smallest), report.CPU, true, growthBound)
	}
	a.ratio("junk: CPU over remembered", junkKey, warmKey, report.CPU, true, 1)
	if junk, ok := b.report.Row(junkKey); ok {
		a.out = append(a.out, report.Aim{What: "junk: look-ups in the database", AtMost: true, Got: junk.Over(report.Lookups)})
	}
	a.ratio("forward-auth, remembered: CPU over the floor", doorKey, floorKey, report.CPU, true, doorBound)
	a.signatures(fmt.Sprintf("forward-auth, a signature each: signatures' CPU beyond %.3g times the floor", doorBound), doorSignedKey, doorBound, doorSigned)
	a.signatures("token exchange: signatures' CPU beyond the floor", exchangeKey, 1, signedBound)
	if got, ok := b.report.Figure(steadyKey, verdictTable, part.Verdict); ok {
		a.out = append(a.out, report.Aim{What: "a guard's remembered verdict, of 100,000: nanoseconds", Bound: verdictBound, AtMost: true, Got: got})
	}
	for _, w := range []struct {
		key, what string
		bound     float64
	}{{"open", "opening", openBound}, {"end", "ending", endBound}} {
		many := writeKey(w.key, manyCallers)
		a.ratio(fmt.Sprintf("%s: rate of %d callers over that of one", w.what, manyCallers), many, writeKey(w.key, 1), report.PerSecond, false, crowdBound)
		a.rate(fmt.Sprintf("%s: sessions a second, %d callers", w.what, manyCallers), many, diskKey(w.key), w.bound)
	}
	for _, m := range b.report.Memory {
		got := report.SpreadOf([]float64{m.Heap})
		a.out = append(a.out, report.Aim{What: fmt.Sprintf("bytes of heap for each of %d remembered sessions", m.Sessions), Bound: heapBound, AtMost: true, Got: got})
	}
	return a.out
}

// worthAnAim are the sizes with a bound of their own, and the biggest.
func worthAnAim(sessions []int) []int {
	return slices.DeleteFunc(slices.Clone(sessions), func(n int) bool {
		return n != coldMany && n != coldMost && n != sessions[len(sessions)-1]
	})
}

func coldest(sessions int, onServer bool) float64 {
	switch {
	case onServer:
		return coldOnServer
	case sessions <= coldMany:
		return coldBound
	}
	return coldManyBound
}

// aimed collects aims.
type aimed struct {
	report *report.Report
	out    []report.Aim
}

func (a *aimed) ratio(what, key, to string, of func(report.Round) float64, atMost bool, bound float64) {
	row, ok := a.report.Row(key)
	beside, okBeside := a.report.Row(to)
	if !ok || !okBeside {
		return
	}
	if got, ok := report.Ratio(row, beside, of); ok {
		a.out = append(a.out, report.Aim{What: what, Bound: bound, AtMost: atMost, Got: got})
	}
}

// signatures holds a row against what a signature adds to the floor: it counts how many of them the row costs beyond so many floors.
func (a *aimed) signatures(what, key string, floors, bound float64) {
	row, ok := a.report.Row(key)
	bare, okBare := a.report.Row(floorKey)
	signing, okSigning := a.report.Row(signKey)
	if !ok || !okBare || !okSigning {
		return
	}
	var values []float64
	for _, r := range row.Rounds {
		f, s := cpuOf(bare, r.Round), cpuOf(signing, r.Round)
		if r.CPU > 0 && f > 0 && s > f {
			values = append(values, (r.CPU-floors*f)/(s-f))
		}
	}
	if len(values) > 0 {
		a.out = append(a.out, report.Aim{What: what, Bound: bound, AtMost: true, Got: report.SpreadOf(values)})
	}
}

// cpuOf is what a request of a row cost in a round, 0 when that is not known.
func cpuOf(row report.Row, round int) float64 {
	for _, r := range row.Rounds {
		if r.Round == round {
			return r.CPU
		}
	}
	return 0
}

// rate is wanted where the disk allows it.
func (a *aimed) rate(what, key, disk string, bound float64) {
	row, ok := a.report.Row(key)
	if !ok {
		return
	}
	aim := report.Aim{What: what, Bound: bound, Got: row.Over(report.PerSecond)}
	if d, ok := a.report.Row(disk); ok {
		aim.Allowed = new(d.Over(report.PerSecond).Median)
	}
	a.out = append(a.out, aim)
}
