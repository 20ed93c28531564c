package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// advice says in sentences what follows from the figures, and no more than that.
func advice(choices []choice) []string {
	var kept, leaked []choice
	for _, c := range choices {
		switch {
		case c.keeps():
			kept = append(kept, c)
		case c.leaks():
			leaked = append(leaked, c)
		}
	}
	best, okKept := cheapest(kept)
	other, okLeaked := cheapest(leaked)
	var out []string
	if okKept {
		out = append(out, fmt.Sprintf("If a logout has to count at once, take %s: none of the calls that began after a logout had returned was accepted, and a call costs %s of processor time, service and daemon together%s%s.",
			best.Title, best.cpu.words(), best.pace(), rivals(best, kept)))
	}
	if okKept && okLeaked {
		out = append(out, comparison(best, other))
	}
	if len(kept) > 0 {
		out = append(out, "No call that began after a logout had returned was accepted by "+names(kept)+". That is what this run saw; what is promised, and on what it rests, is in docs/guarantees.md.")
	}
	if len(leaked) > 0 {
		var each []string
		for _, c := range leaked {
			each = append(each, fmt.Sprintf("%s (up to %s)", c.Title, figure(c.accepted.Spread.Max)))
		}
		out = append(out, "Some were still accepted by "+enumerate(each)+".")
	}
	return out
}

// comparison says what is gained by letting a logout count later.
func comparison(kept, leaked choice) string {
	k, l := kept.cpu.Spread, leaked.cpu.Spread
	switch {
	case touch(*k, *l):
		return fmt.Sprintf("Letting a logout count later gains nothing that this run can see: %s costs %s, within the noise of the same.", leaked.Title, leaked.cpu.words())
	case l.Median < k.Median:
		return fmt.Sprintf("Letting a logout count later, with %s, costs %s instead of %s.", leaked.Title, leaked.cpu.words(), kept.cpu.words())
	}
	return fmt.Sprintf("Letting a logout count later gains nothing: the cheapest that does, %s, costs %s.", leaked.Title, leaked.cpu.words())
}

// pace is the tail of a mode's latency, as the end of a sentence.
func (c choice) pace() string {
	if !c.p99.known() {
		return ""
	}
	return "; 99 of 100 calls take at most " + c.p99.words()
}

// rivals are those whose range touches the best's: they may be as cheap.
func rivals(best choice, among []choice) string {
	var near []choice
	for _, c := range among {
		if c.Key != best.Key && c.cpu.known() && touch(*best.cpu.Spread, *c.cpu.Spread) {
			near = append(near, c)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return "; " + names(near) + " may be as cheap, the rounds do not tell them apart"
}

// touch says whether two ranges have a value in common.
func touch(a, b Spread) bool { return a.Min <= b.Max && b.Min <= a.Max }

func cheapest(choices []choice) (choice, bool) {
	known := slices.DeleteFunc(slices.Clone(choices), func(c choice) bool { return !c.cpu.known() })
	if len(known) == 0 {
		return choice{}, false
	}
	return slices.MinFunc(known, func(a, b choice) int {
		return cmp.Compare(a.cpu.Spread.Median, b.cpu.Spread.Median)
	}), true
}

func names(choices []choice) string {
	var out []string
	for _, c := range choices {
		out = append(out, c.Title)
	}
	return enumerate(out)
}

// enumerate joins with commas and a last "and".
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
