package run

import (
	"fmt"
	"math"

	"github.com/introspectd/introspectd/benchmarks/report"
)

// aims are the bounds that we hold ourselves to, as far as this run has measured them.
func aims(r *report.Report, sessions []int, onServer bool) []report.Aim {
	smallest := sessions[0]
	for _, n := range sessions {
		if smallest < hot {
			smallest = n // fewer are asked about in a moment: too short to be compared
		}
	}
	small, large := coldKey(smallest), coldKey(sessions[len(sessions)-1])
	var out []report.Aim
	ratio := func(what, key, to string, of func(report.Round) float64, atMost bool, bound float64) {
		a, okA := r.Row(key)
		b, okB := r.Row(to)
		if !okA || !okB {
			return
		}
		if got, ok := report.Ratio(a, b, of); ok {
			out = append(out, report.Aim{What: what, Bound: bound, AtMost: atMost, Got: got})
		}
	}
	first := 2.
	if onServer { // which also costs, but not the daemon
		first = 3
	}
	biggest := sessions[len(sessions)-1]
	ratio("remembered: CPU over the floor", warmKey, floorKey, report.CPU, true, 1.15)
	ratio(fmt.Sprintf("first time, %d sessions: CPU over the floor", biggest), large, floorKey, report.CPU, true, first)
	if small != large {
		ratio(fmt.Sprintf("first time: CPU with %d sessions over %d", biggest, smallest), large, small, report.CPU, true, 1.3)
	}
	ratio("junk: CPU over remembered", junkKey, warmKey, report.CPU, true, 1)
	if junk, ok := r.Row(junkKey); ok {
		out = append(out, report.Aim{What: "junk: look-ups in the database", AtMost: true, Got: junk.Over(report.Lookups)})
	}
	many, one := writeKey("open", manyCallers), writeKey("open", 1)
	ratio(fmt.Sprintf("opening: rate of %d callers over that of one", manyCallers), many, one, report.PerSecond, false, 5)
	many, one = writeKey("end", manyCallers), writeKey("end", 1)
	ratio(fmt.Sprintf("ending: rate of %d callers over that of one", manyCallers), many, one, report.PerSecond, false, 5)
	out = append(out, rates(r)...)
	for _, m := range r.Memory {
		got := report.SpreadOf([]float64{m.Heap})
		out = append(out, report.Aim{What: fmt.Sprintf("bytes of heap for each of %d remembered sessions", m.Sessions), Bound: 500, AtMost: true, Got: got})
	}
	return out
}

// rates are the sessions a second that many callers open and end. Where the disk does not allow that it is the bound.
func rates(r *report.Report) (out []report.Aim) {
	allowed := math.Inf(1)
	if d, ok := r.Row(diskKey); ok && len(d.Rounds) > 0 {
		allowed = d.Over(report.PerSecond).Median
	}
	for _, a := range []struct {
		what, key string
		bound     float64
	}{{"opening", "open", 10_000}, {"ending", "end", 5_000}} {
		if row, ok := r.Row(writeKey(a.key, manyCallers)); ok && len(row.Rounds) > 0 {
			out = append(out, report.Aim{What: fmt.Sprintf("%s: sessions a second, %d callers", a.what, manyCallers), Bound: math.Floor(min(a.bound, allowed)), Got: row.Over(report.PerSecond)})
		}
	}
	return out
}
