package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// drift is by how much the machine was another one in the later run, by quantity: the floors are the same program in both, so what differs of them is
// the machine's. Of three times as fast it is 2, and of a third as fast too.
type drift map[string]float64

// leastNoise is what is never called a change, however well rounds agree with each other: nothing on a shared machine is steadier from run to run.
const leastNoise = 0.05

// floors are the lines of sections that have no part of this program in them.
var floors = []string{"unprotected", "hs256", "gin", "HS256", "EdDSA", "ES256", "RS256", "signature"}

func (n name) floor() bool {
	if n.where == "rows" {
		return n.line == "floor" || strings.HasPrefix(n.line, "floor-") || strings.HasPrefix(n.line, "floor@")
	}
	return slices.Contains(floors, n.line)
}

// kind is what a quantity is called where the floors have it: of all processor time, the service's is a part.
func kind(quantity string) string {
	kind, _, _ := strings.Cut(quantity, "-")
	return kind
}

func (d drift) see(n name, pair Difference) {
	ratio, ok := pair.Ratio()
	if !ok || ratio <= 0 || !n.floor() || kind(n.quantity) != n.quantity { // the part of a daemon that nobody asks is nothing twice
		return
	}
	d[n.quantity] = max(d[n.quantity], math.Exp(math.Abs(math.Log(ratio)))-1)
}

// noise is what a quantity may differ by. What the floors do not have is as noisy as processor time and rates.
func (d drift) noise(quantity string) float64 {
	if seen, ok := d[kind(quantity)]; ok {
		return max(leastNoise, seen)
	}
	return max(leastNoise, d["cpu"], d["rate"])
}

// words say how much the floors differ.
func (d drift) words() string {
	var said []string
	for _, q := range []struct{ key, title string }{{"cpu", "processor time"}, {"rate", "rates"}, {"p50", "p50"}, {"p99", "p99"}} {
		if seen, ok := d[q.key]; ok {
			said = append(said, fmt.Sprintf("%s %s", q.title, percent(seen)))
		}
	}
	if len(said) == 0 {
		return "noise between the runs: not known, no floor was measured in both"
	}
	return "noise between the runs: the floors, which are the same program in both, differ in " + enumerate(said)
}
